with found as materialized (
select distinct no from (select r.no from (select no from ref_row where param = $3 and target = any($4)) r where r.no > $1 and r.no <= $2 order by r.no) sorted
), gathered as materialized (
select distinct (no / 32000)::integer as block from found
), matched as materialized (
select block, repeat('1', 32000)::bit(32000) as b, coalesce(x0.b & repeat('1', 32000)::bit(32000), repeat('0', 32000)::bit(32000)) as x0
  from gathered
  left join (select block, bit_or(b) as b from bits where term = any($5) and block = any(array(select block from gathered)) group by block) x0 using (block)
)
select no
  from found join matched on block = (no / 32000)::integer
 where get_bit(b, (no % 32000)::integer) = 1
   and (get_bit(x0, (no % 32000)::integer) = 1 or no in (select no from date_row where param = $6 and low >= $7 and low < $8 and high > $10 and $9 is not null))
 order by no
 limit $11
-- $1 Int64
-- $2 Int64
-- $3 Int32
-- $4 String[]
-- $5 Int32[]
-- $6 Int32
-- $7 DateTime
-- $8 DateTime
-- $9 DateTime
-- $10 DateTime
-- $11 Int32
