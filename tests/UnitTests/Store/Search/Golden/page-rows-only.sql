with found as materialized (
select distinct no from (select r.no from (select no from ref_row where param = $3 and target = any($4)) r where r.no > $1 and r.no <= $2
   and not r.no in (select s.no from resource r join search_row s on s.resource_id = r.resource_id where r.type = $5 and r.id = any($6)) order by r.no) sorted
)
select no
  from found
 order by no
 limit $7
-- $1 Int64
-- $2 Int64
-- $3 Int32
-- $4 String[]
-- $5 Int16
-- $6 String[]
-- $7 Int32
