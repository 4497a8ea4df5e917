select count(distinct r.no)
  from (select no from ref_row where param = $1 and target = any($2)) r
  join search_row s on s.type = $3 and s.no = r.no and s.gone_at is null
 where true
   and (exists (select from bits b where b.term = any($4) and b.block = (r.no / 32000)::integer and get_bit(b.b, (r.no % 32000)::integer) = 1))
-- $1 Int32
-- $2 String[]
-- $3 Int16
-- $4 Int32[]
