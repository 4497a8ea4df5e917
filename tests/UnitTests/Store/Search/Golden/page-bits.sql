select block, b from (
select block, p0.b & p1.b as b
  from (select block, b from bits where term = $3 and block between $1 and $2) p0
  join (select block, bit_or(b) as b from bits where term = any($4) and block between $1 and $2 group by block) p1 using (block)
) matched
 where bit_count(b) > 0
 order by block
-- $1 Int32
-- $2 Int32
-- $3 Int32
-- $4 Int32[]
