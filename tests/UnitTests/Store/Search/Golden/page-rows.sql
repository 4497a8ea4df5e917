select distinct r.no
  from (select no from ref_row where param = $2 and target = any($3)) r
  join search_row s on s.type = $4 and s.no = r.no and (s.gone_at is null or s.gone_at > $1)
 where true
   and (exists (select from bits b where b.term = any($5) and b.block = (r.no / 32000)::integer and get_bit(b.b, (r.no % 32000)::integer) = 1))
   and not (exists (select from bits b where b.term = any($6) and b.block = (r.no / 32000)::integer and get_bit(b.b, (r.no % 32000)::integer) = 1))
   and not (r.no in (select s.no from resource r join search_row s on s.resource_id = r.resource_id where r.type = $7 and r.id = any($8)))
   and r.no > $9 and r.no <= $10
 order by r.no
 limit $11
-- $1 Int64
-- $2 Int32
-- $3 String[]
-- $4 Int16
-- $5 Int32[]
-- $6 Int32[]
-- $7 Int16
-- $8 String[]
-- $9 Int64
-- $10 Int64
-- $11 Int32
