with found as materialized (
select distinct no from (select r.no from (select no from ref_row where param = $3 and target = any($4)) r where r.no > $1 and r.no <= $2
   and not r.no in (select s.no from resource r join search_row s on s.resource_id = r.resource_id where r.type = $5 and r.id = any($6)) order by r.no) sorted
), gathered as materialized (
select distinct (no / 32000)::integer as block from found
), matched as materialized (
select block, p0.b & coalesce(~n1.b, repeat('1', 32000)::bit(32000)) as b
  from gathered
  join (select block, b from bits where term = $7 and block = any(array(select block from gathered))) p0 using (block)
  left join (select block, b from bits where term = $8 and block = any(array(select block from gathered))) n1 using (block)
)
select no
  from found join matched on block = (no / 32000)::integer
 where get_bit(b, (no % 32000)::integer) = 1
 order by no
 limit $9
-- $1 Int64
-- $2 Int64
-- $3 Int32
-- $4 String[]
-- $5 Int16
-- $6 String[]
-- $7 Int32
-- $8 Int32
-- $9 Int32
