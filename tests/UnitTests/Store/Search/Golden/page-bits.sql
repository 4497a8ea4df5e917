select block, b from (
select block, p0.b & p1.b as b
  from (select block, b from bits where term = $3 and block between $1 and $2) p0
  join (select block, bit_or(b) as b from bits where term = any($4) and block between $1 and $2 group by block) p1 using (block)
) matched
 where bit_count(b) > 0
 order by block
 limit $5
-- $1 Integer
-- $2 Integer
-- $3 Integer
-- $4 -2147483639
-- $5 Integer
