-- Values to numbers. A term belongs to one type and parameter and is never removed, so a process may remember its number.
--   kind  t token   u uri   c tuple of one series   p "has any value" (its id also names the parameter in the typed rows)
--         x words beside a code, folded   b a region that contains a body site   q unit of a quantity (its id names the quantity's rows)
--         y m d  year, month, day of a date as 2024, 2024-03, 2024-03-05   v  a date known to the month or year only, as written
--         1 2 3  the first, first two, first three digits of a number, behind its unit (NumberCell)
--         n "present without a value to order by": words, an identifier of a reference
--         w "has a value over several days" (its id names their rows)
--         a every number ever given   l live: not replaced, not deleted
create table term (
    id     integer generated always as identity primary key,
    type   smallint not null,
    param  text collate "C" not null,                   -- first name of the search parameter; '' for kinds a and l
    kind   "char" not null,
    system text collate "C" not null,                   -- '' without
    code   text collate "C" not null,
    unique (type, param, kind, system, code)
);

-- What is searchable. Numbers are dense per type, given by the fold in commit order.
create table search_row (
    type        smallint not null,
    no          bigint not null,
    resource_id bigint not null,
    patient     text collate "C",                       -- id of the Patient the resource is about
    started     timestamptz,
    gone_at     bigint,                                 -- upto when it was replaced or deleted
    gone_time   timestamptz,                            -- and when: rows are removed 7 days later
    primary key (type, no)
);
create index search_row_resource on search_row (resource_id);
create index search_row_gone on search_row (gone_time) where gone_time is not null;

-- The bitmaps: bit no % 32000 of block no / 32000 is set when the row has the term. Always 32,000 bits, so that blocks can be combined;
-- MAIN keeps dense blocks inline (two fit a page) and compresses sparse ones. Never cleared, except in the live term.
create table bits (
    term  integer not null,
    block integer not null,
    b     bit(32000) not null,
    primary key (term, block)
);
alter table bits alter column b set storage main;

-- A fold compresses the newest block of every term anew: by lz4 where the server has it, since pglz took a third of the fold.
do $$
begin
    if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
        alter table bits alter column b set compression lz4;
    end if;
end $$;

-- Values of high cardinality. param is the id of the term they are filed under: the parameter's p, w or q term, or the c term of a composite whose last
-- part is no token. The second index of a table finds the values of a row: to order by them, to follow them, to remove them.
create table ref_row   (param integer not null, target text collate "C" not null, no bigint not null);
create index ref_row_key on ref_row (param, target, no);
create index ref_row_no on ref_row (param, no);
create table ident_row (param integer not null, hash bigint not null, no bigint not null);
create index ident_row_key on ident_row (param, hash, no);
create table date_row  (param integer not null, low timestamptz not null, high timestamptz not null, no bigint not null);  -- [low, high)
create index date_row_key on date_row (param, low, no);
create index date_row_no on date_row (param, no);
-- Numbers their cells do not tell: of more than three digits (low = high), runs of integers, the last part of a composite. Few are looked for by their
-- row, and rows are added in its order: ranges of pages are enough.
create table num_row   (param integer not null, low numeric not null, high numeric not null, no bigint not null);
create index num_row_key on num_row (param, low, no);
create index num_row_no on num_row using brin (no) with (pages_per_range = 16, autosummarize = on);
create table str_row   (param integer not null, folded text collate "C" not null, hash bigint not null, no bigint not null);
create index str_row_key on str_row (param, left(folded, 100), no);        -- a btree entry has room for 2,700 bytes
create index str_row_no on str_row (param, no);

-- Written in the resource's own transaction, removed by the fold.
create table pending (
    id          bigint generated always as identity primary key,
    type        smallint not null,
    resource_id bigint not null,
    deleted     boolean not null,
    patient     text,
    started     timestamptz,
    terms       integer[] not null,
    ref_param   integer[] not null,
    ref_target  text[] not null,
    ident_param integer[] not null,
    ident_hash  bigint[] not null,
    date_param  integer[] not null,
    date_low    timestamptz[] not null,
    date_high   timestamptz[] not null,
    num_param   integer[] not null default '{}',
    num_low     numeric[] not null default '{}',
    num_high    numeric[] not null default '{}',
    str_param   integer[] not null default '{}',
    str_folded  text[] not null default '{}',
    str_hash    bigint[] not null default '{}'
);

-- The terms of kind a and l of every type; their bits are set by the fold.
insert into term (type, param, kind, system, code)
select type, '', kind, '', '' from generate_series(1, 12) type, unnest(array['a', 'l']::"char"[]) kind;

-- upto: the watermark; floor: a page whose horizon lies below it can no longer be served.
-- live_version counts the folds that cleared live bits, bits_version what else changed bits of numbers given before: programs keep bitmaps by both.
create table fold_state (
    type         smallint primary key,
    upto         bigint not null default 0,
    floor        bigint not null default 0,
    live_version bigint not null default 0,
    bits_version bigint not null default 0
);

-- Long queries of page links, encrypted, under their keyed hash.
create table page_query (
    hash      bytea primary key,
    body      bytea not null,
    last_used timestamptz not null
);
