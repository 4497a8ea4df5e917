select coalesce(sum(bit_count(p0.b)), 0)::bigint
  from (select block, b from bits where term = $1) p0
-- $1 Int32
