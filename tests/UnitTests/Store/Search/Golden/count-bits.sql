select coalesce(sum(bit_count(p0.b & p1.b & p2.b & coalesce(~n3.b, repeat('1', 32000)::bit(32000)))), 0)::bigint
  from (select block, b from bits where term = $1) p0
  join (select block, b from bits where term = $2) p1 using (block)
  join (select block, bit_or(b) as b from bits where term = any($3) group by block) p2 using (block)
  left join (select block, b from bits where term = $4) n3 using (block)
-- $1 Int32
-- $2 Int32
-- $3 Int32[]
-- $4 Int32
