using Npgsql;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class FacadeRoleTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select count(*) from intake.series", "kept headers")]
    [InlineData("select count(*) from intake.input", "names of inputs")]
    [InlineData("select count(*) from intake.run", "runs")]
    [InlineData("select count(*) from intake.finding", "raw values")]
    [InlineData("insert into resource (type, id, version, last_updated, origin, content_hash) values (1, 'x', 1, now(), 1, '')", "writing")]
    [InlineData("update resource set deleted = true", "deleting")]
    [InlineData("delete from bits", "the index")]
    [InlineData("delete from pending", "the queue")]
    [InlineData("update fold_state set upto = 0", "the watermark")]
    [InlineData("update setting set value = ''", "the key")]
    [InlineData("truncate page_query", "more than rows")]
    [InlineData("create table x (i int)", "tables of its own")]
    public async Task The_facade_may_not_touch(string sql, string what)
    {
        await using var command = database.Facade.CreateCommand(sql);
        var refused = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync(Cancelled));
        Assert.True(refused is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege }, $"{what}: {refused}");
    }

    [Theory]
    [InlineData("select count(*) from resource")]
    [InlineData("select count(*) from search_row join bits on true join term on true")]
    [InlineData("select count(*) from ref_row, ident_row, date_row, fold_state, pending, journal")]
    [InlineData("select value from setting where name = 'page-key'")]
    [InlineData("select fold(10)")]
    [InlineData("select retire('7 days')")]
    [InlineData("insert into page_query values ('1', '2', now()) on conflict (hash) do update set last_used = now()")]
    [InlineData("delete from page_query where last_used < now() - interval '7 days'")]
    public async Task The_facade_may(string sql)
    {
        await using var command = database.Facade.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    [Fact]
    public async Task A_table_of_the_callers_own_does_not_mislead_the_fold()
    {
        await new Stock(database.Owner).WriteAsync(Stock.Study("a"));
        await using var connection = await database.Facade.OpenConnectionAsync(Cancelled);
        await using var command = new NpgsqlCommand("create temp table pending (like public.pending); set search_path = pg_temp, public; select fold(10)", connection);
        Assert.Equal(1, (int)(await command.ExecuteScalarAsync(Cancelled))!);
    }
}
