select block, b from (
select block, p0.b & p1.b as b
  from (select block, bit_or(b) as b from (select block, bit_or(b) as b from bits where term = any($3) and block between $1 and $2 group by block union all select (no / 32000)::integer as block, bit_or(set_bit(repeat('0', 32000)::bit(32000), (no % 32000)::integer, 1)) as b from (select no from date_row where param = $4 and low >= $5 and low < $6 and high > $8 and $7 is not null) rows where no between $1::bigint * 32000 and $2::bigint * 32000 + 31999 group by 1) mixed group by block) p0
  join (select block, b from bits where term = $9 and block between $1 and $2) p1 using (block)
) matched
 where bit_count(b) > 0
 order by block
-- $1 Int32
-- $2 Int32
-- $3 Int32[]
-- $4 Int32
-- $5 DateTime
-- $6 DateTime
-- $7 DateTime
-- $8 DateTime
-- $9 Int32
