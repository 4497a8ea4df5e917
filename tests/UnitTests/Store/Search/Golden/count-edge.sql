select coalesce(sum(bit_count(p0.b & p1.b & p2.b)), 0)::bigint
  from (select block, b from bits where term = $1) p0
  join (select block, bit_or(b) as b from (select block, bit_or(b) as b from bits where term = any($2) group by block union all select (no / 32000)::integer as block, bit_or(set_bit(repeat('0', 32000)::bit(32000), (no % 32000)::integer, 1)) as b from (select no from date_row where param = $3 and low >= $4 and low < $5 and high > $7 and $6 is not null) rows group by 1) mixed group by block) p1 using (block)
  join (select block, b from bits where term = $8) p2 using (block)
-- $1 Int32
-- $2 Int32[]
-- $3 Int32
-- $4 DateTime
-- $5 DateTime
-- $6 DateTime
-- $7 DateTime
-- $8 Int32
