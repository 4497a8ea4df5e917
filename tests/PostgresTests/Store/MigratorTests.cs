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
