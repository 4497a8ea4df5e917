using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class MigratorTests(TestServer server)
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_database_gets_every_script_once() => await OnDatabaseAsync(migrated: false, async database =>
    {
        Assert.Equal(0, await Migrator.VersionAsync(database, Cancelled));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(database, Cancelled)));

        Assert.Equal(Migrator.Latest, await Migrator.VersionAsync(database, Cancelled));
        var scripts = typeof(Migrator).Assembly.GetManifestResourceNames().LongCount(name => name.EndsWith(".sql", StringComparison.Ordinal));
        Assert.Equal(scripts, await ValueAsync(database, "select count(*) from journal where applied_at is not null and length(checksum) = 32"));
    });

    [Fact]
    public async Task The_key_of_page_tokens_is_made_once_and_differs_between_databases() => await OnDatabaseAsync(migrated: false, async database =>
    {
        await Migrator.MigrateAsync(database, Cancelled);
        var key = (byte[])await ValueAsync(database, "select value from setting where name = 'page-key'");
        await Migrator.MigrateAsync(database, Cancelled);
        Assert.Equal(key, (byte[])await ValueAsync(database, "select value from setting where name = 'page-key'"));
        Assert.Equal(32, key.Length);

        await OnDatabaseAsync(migrated: false, async other =>
        {
            await Migrator.MigrateAsync(other, Cancelled);
            Assert.NotEqual(key, (byte[])await ValueAsync(other, "select value from setting where name = 'page-key'"));
        });
    });

    [Fact]
    public async Task A_newer_database_is_refused_untouched() => await OnDatabaseAsync(migrated: true, async database =>
    {
        await ValueAsync(database, $"insert into journal (number, name, checksum) values ({Migrator.Latest + 5}, 'x', '') returning 1");
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrator.MigrateAsync(database, Cancelled));
        Assert.Equal($"The database has schema {Migrator.Latest + 5}, this program knows {Migrator.Latest}: use a newer program.", refused.Message);
    });

    [Fact]
    public async Task A_script_that_was_changed_is_refused() => await OnDatabaseAsync(migrated: true, async database =>
    {
        await ValueAsync(database, "update journal set checksum = decode('00', 'hex') where number = 2 returning 1");
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrator.MigrateAsync(database, Cancelled));
        Assert.Contains("0002_search.sql", refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_and_is_tried_again() => await OnDatabaseAsync(migrated: false, async database =>
    {
        await ValueAsync(database, "create table bits (x int); select 1");
        await Assert.ThrowsAsync<PostgresException>(() => Migrator.MigrateAsync(database, Cancelled));
        Assert.Equal(1, await Migrator.VersionAsync(database, Cancelled));
        Assert.Equal(DBNull.Value, await ValueAsync(database, "select to_regclass('term')::text"));

        await ValueAsync(database, "drop table bits; select 1");
        await Migrator.MigrateAsync(database, Cancelled);
        Assert.Equal(Migrator.Latest, await Migrator.VersionAsync(database, Cancelled));
    });

    [Fact]
    public async Task Cut_off_at_every_statement_it_resumes_and_ends_in_the_same_schema() => await OnDatabaseAsync(migrated: false, async database =>
    {
        // ends the session at the n-th change of the schema, as a kill would; a sequence counts on when a transaction is rolled back
        await ValueAsync(database,
            """
            create sequence cut_seen; create table cut_at (n bigint); insert into cut_at values (0);
            create function cut_here() returns event_trigger language plpgsql as $$
            begin
                if nextval('public.cut_seen') = (select n from public.cut_at) then perform pg_terminate_backend(pg_backend_pid()); end if;
            end $$;
            create event trigger cut_here on ddl_command_end execute function cut_here();
            select 1
            """);
        var (cuts, version) = (0, 0);
        for (var n = 1; ; n++)
        {
            await ValueAsync(database, $"update cut_at set n = {n}; select setval('cut_seen', 1, false)");
            try
            {
                await Migrator.MigrateAsync(database, Cancelled);
                break;
            }
            catch (NpgsqlException)
            {
                cuts++;
            }

            // a script that is through is not cut again: the next one is, from its first statement on
            if (await Migrator.VersionAsync(database, Cancelled) is var now && now > version) (version, n) = (now, 1);
        }

        Assert.True(cuts > 60, $"{cuts} cuts");
        await ValueAsync(database, "drop event trigger cut_here; drop function cut_here(); drop table cut_at; drop sequence cut_seen; select 1");
        await OnDatabaseAsync(migrated: true, async whole => Assert.Equal(await SchemaAsync(whole), await SchemaAsync(database)));
    });

    static async Task<string> SchemaAsync(NpgsqlDataSource database) => (string)await ValueAsync(database,
        """
        select string_agg(line, E'\n' order by line) from (
            select format('%s.%s.%s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable, column_default) as line
              from information_schema.columns where table_schema in ('public', 'intake')
            union all select indexdef from pg_indexes where schemaname in ('public', 'intake')
            union all select md5(prosrc) || proname from pg_proc where pronamespace = 'public'::regnamespace and prolang in (select oid from pg_language where lanname in ('sql', 'plpgsql'))
            union all select format('%s %s', number, encode(checksum, 'hex')) from journal
            union all select format('%s %s %s', type, param, kind) from term) s
        """);

    async Task OnDatabaseAsync(bool migrated, Func<NpgsqlDataSource, Task> test)
    {
        var connectionString = await server.CreateDatabaseAsync(migrated);
        await using (var database = NpgsqlDataSource.Create(connectionString)) await test(database);
        await server.DropDatabaseAsync(connectionString);
    }

    static async Task<object> ValueAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Cancelled))!;
    }
}
