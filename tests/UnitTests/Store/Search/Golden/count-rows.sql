with found as materialized (
select distinct no from (select r.no from (select no from ref_row where param = $1 and target = any($2)) r where true order by r.no) sorted
), gathered as materialized (
select distinct (no / 32000)::integer as block from found
), matched as materialized (
select block, p0.b & p1.b as b
  from gathered
  join (select block, b from bits where term = $3 and block = any(array(select block from gathered))) p0 using (block)
  join (select block, b from bits where term = $4 and block = any(array(select block from gathered))) p1 using (block)
)
select count(*)
  from found join matched on block = (no / 32000)::integer
 where get_bit(b, (no % 32000)::integer) = 1
-- $1 Int32
-- $2 String[]
-- $3 Int32
-- $4 Int32
