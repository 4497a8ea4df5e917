select block, b from (
select block, p0.b & coalesce(~n1.b, repeat('1', 32000)::bit(32000)) as b
  from (select block, b from bits where term = $3 and block between $1 and $2) p0
  left join (select block, b from bits where term = $4 and block between $1 and $2) n1 using (block)
) matched
 where bit_count(b) > 0
 order by block
-- $1 Int32
-- $2 Int32
-- $3 Int32
-- $4 Int32
