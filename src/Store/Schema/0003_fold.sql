-- Makes committed writes searchable, in one transaction under an advisory lock. Returns the pending rows taken, -1 when another process folds.
-- Definer's rights: a facade that may only read calls it when no indexer runs.
create function fold(at_most integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    taken integer;
begin
    if not pg_try_advisory_xact_lock(4201) then
        return -1;
    end if;

    create temporary table if not exists folding (
        id bigint, type smallint, resource_id bigint, no bigint, newest boolean, deleted boolean
    ) on commit delete rows;
    truncate folding;

    insert into folding (id, type, resource_id, deleted, newest)
    select id, type, resource_id, deleted, id = max(id) over (partition by resource_id)
      from (select id, type, resource_id, deleted from pending order by id limit at_most) p;
    get diagnostics taken = row_count;
    if taken = 0 then
        return 0;
    end if;

    return taken;
end $$;
