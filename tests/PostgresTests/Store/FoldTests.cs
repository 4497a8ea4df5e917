using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class FoldTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly Stock stock = new(database.Owner);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await new Ledger(database.Owner).PurgeAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Committed_writes_are_numbered_densely_in_commit_order_per_type()
    {
        var before = await UptoAsync(ServedType.ImagingStudy);
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"), Stock.Device("d"));
        await stock.WriteAsync(Stock.Study("c"));

        Assert.Equal(4, await new Folder(database.Owner).FoldAllAsync(Cancelled));

        Assert.Equal(
            $"{before + 1}a {before + 2}b {before + 3}c",
            await database.ValueAsync<string>("select string_agg(s.no || r.id, ' ' order by s.no) from search_row s join resource r using (resource_id) where s.type = 1"));
        Assert.Equal(before + 3, await UptoAsync(ServedType.ImagingStudy));
        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from pending"));
    }

    [Fact]
    public async Task Every_term_of_a_row_has_its_bit_and_no_other()
    {
        await stock.WriteAsync(Stock.Study("ct", "CT"), Stock.Study("mr", "MR"), Stock.Study("ct2", "CT"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal("ct ct2", await stock.WithTermAsync("modality", "CT"));
        Assert.Equal("mr", await stock.WithTermAsync("modality", "MR"));
        Assert.Equal("ct ct2 mr", await stock.LiveAsync());
    }

    [Fact]
    public async Task A_replaced_row_keeps_its_number_and_leaves_the_live_bits()
    {
        await stock.WriteAsync(Stock.Study("a", "CT"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        var live = await database.ValueAsync<long>("select live_version from fold_state where type = 1");
        await stock.WriteAsync(Stock.Study("a", "MR"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        var upto = await UptoAsync(ServedType.ImagingStudy);
        Assert.Equal(live + 1, await database.ValueAsync<long>("select live_version from fold_state where type = 1"));
        Assert.Equal(upto, await database.ValueAsync<long>("select gone_at from search_row where gone_at is not null and type = 1"));
        Assert.Equal(upto, await database.ValueAsync<long>("select no from search_row where gone_at is null and type = 1"));
        Assert.Equal(1L, await stock.CountLiveAsync(ServedType.ImagingStudy));
    }

    [Fact]
    public async Task A_resource_written_twice_before_the_fold_is_numbered_once_with_its_newest_values()
    {
        await stock.WriteAsync(Stock.Study("a", "CT"));
        await stock.WriteAsync(Stock.Study("a", "MR"));

        Assert.Equal(2, await new Folder(database.Owner).FoldAllAsync(Cancelled));

        Assert.Equal(1L, await database.ValueAsync<long>("select count(*) from search_row where type = 1"));
        Assert.Equal("a", await stock.WithTermAsync("modality", "MR"));
        Assert.Equal("", await stock.WithTermAsync("modality", "CT"));
    }

    [Fact]
    public async Task A_resource_written_and_deleted_before_the_fold_never_appears()
    {
        await stock.WriteAsync(Stock.Study("a"));
        await stock.DeleteAsync("a");
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from search_row"));
        Assert.Equal(0L, await stock.CountLiveAsync(ServedType.ImagingStudy));
    }

    [Fact]
    public async Task A_deleted_row_is_gone_from_then_on()
    {
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        await stock.DeleteAsync("a");
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal("b", await stock.LiveAsync());
        Assert.Equal(1L, await stock.CountLiveAsync(ServedType.ImagingStudy));
    }

    [Fact]
    public async Task Bits_stand_at_the_right_place_over_a_block_border()
    {
        await database.ExecuteAsync("insert into fold_state (type, upto) values (1, 31998) on conflict (type) do update set upto = 31998 + 32000 * 4");
        var at = await UptoAsync(ServedType.ImagingStudy);
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"), Stock.Study("c"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal("a b c", await stock.WithTermAsync("modality", "CT"));
        Assert.Equal(2L, await database.ValueAsync<long>(
            $"select count(*) from bits join term on id = term where param = 'modality' and kind = 't' and block in ({at / 32000}, {(at / 32000) + 1})"));
    }

    [Fact]
    public async Task Every_size_of_fold_takes_what_it_was_told()
    {
        await stock.WriteAsync([.. Enumerable.Range(0, 25).Select(i => Stock.Study($"s{i}"))]);
        Assert.Equal(10, await FoldAsync(10));
        Assert.Equal(10, await FoldAsync(10));
        Assert.Equal(5, await FoldAsync(10));
        Assert.Equal(0, await FoldAsync(10));
        Assert.Equal(25L, await stock.CountLiveAsync(ServedType.ImagingStudy));
    }

    [Fact]
    public async Task While_one_folds_another_is_told_so()
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var command = new Npgsql.NpgsqlCommand("select fold(10)", connection, transaction);
        await command.ExecuteScalarAsync(Cancelled);

        Assert.Equal(-1, await FoldAsync(10));
        await transaction.RollbackAsync(Cancelled);
        Assert.Equal(0, await FoldAsync(10));
    }

    [Fact]
    public async Task A_fold_whose_backend_ends_in_the_middle_leaves_nothing()
    {
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"));
        var before = await UptoAsync(ServedType.ImagingStudy);
        await using (var victim = await database.Owner.OpenConnectionAsync(Cancelled))
        {
            var transaction = await victim.BeginTransactionAsync(Cancelled);
            await using var fold = new Npgsql.NpgsqlCommand("select fold(10)", victim, transaction);
            Assert.Equal(2, (int)(await fold.ExecuteScalarAsync(Cancelled))!);
            await database.ExecuteAsync($"select pg_terminate_backend({victim.ProcessID})");
            await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => transaction.CommitAsync(Cancelled));
        }

        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from search_row"));
        Assert.Equal(2L, await database.ValueAsync<long>("select count(*) from pending"));
        Assert.Equal(before, await UptoAsync(ServedType.ImagingStudy));

        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        Assert.Equal("a b", await stock.LiveAsync());
    }

    [Fact]
    public async Task The_facade_may_fold_again_and_again_on_one_connection()
    {
        await using var connection = await database.Facade.OpenConnectionAsync(Cancelled);
        for (var i = 0; i < 3; i++)
        {
            await stock.WriteAsync(Stock.Study($"s{i}"));
            await using var command = new Npgsql.NpgsqlCommand("select fold(100)", connection);
            Assert.Equal(1, (int)(await command.ExecuteScalarAsync(Cancelled))!);
        }

        Assert.Equal("s0 s1 s2", await stock.LiveAsync());
    }

    [Fact]
    public async Task Writers_beside_a_fold_lose_nothing()
    {
        using var ended = new CancellationTokenSource();
        var folding = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested) await new Folder(database.Owner).FoldAllAsync(Cancelled);
        }, Cancelled);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < 20; i++) await stock.WriteAsync(Stock.Study($"w{writer}-{i}"), Stock.Device("shared"));
        }));
        await ended.CancelAsync();
        await folding;
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal(80L, await stock.CountLiveAsync(ServedType.ImagingStudy));
        Assert.Equal(1L, await stock.CountLiveAsync(ServedType.Device));
        Assert.Equal(80L, await database.ValueAsync<long>("select count(distinct no) from search_row where type = 1 and gone_at is null"));
    }

    [Fact]
    public async Task Rows_gone_for_a_week_are_removed_with_their_values_and_raise_the_floor()
    {
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        await stock.DeleteAsync("a");
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        var folder = new Folder(database.Owner);

        Assert.Equal(0, await folder.RetireAsync(TimeSpan.FromDays(7), Cancelled));
        await database.ExecuteAsync("update search_row set gone_time = gone_time - interval '7 days 1 second' where gone_time is not null");
        Assert.Equal(1, await folder.RetireAsync(TimeSpan.FromDays(7), Cancelled));

        Assert.Equal(await UptoAsync(ServedType.ImagingStudy), await database.ValueAsync<long>("select floor from fold_state where type = 1"));
        Assert.Equal(1L, await database.ValueAsync<long>("select count(*) from search_row"));
        var no = await database.ValueAsync<long>("select no from search_row");
        Assert.Equal(0L, await database.ValueAsync<long>($"select count(*) from ref_row where no <> {no}"));
        Assert.Equal(0L, await database.ValueAsync<long>($"select count(*) from ident_row where no <> {no}"));
        Assert.NotEqual(0L, await database.ValueAsync<long>("select count(*) from ident_row"));
    }

    Task<long> UptoAsync(ServedType type) =>
        database.ValueAsync<long>($"select coalesce((select upto from fold_state where type = {type.Number}), 0)");

    async Task<int> FoldAsync(int atMost)
    {
        await using var command = database.Owner.CreateCommand("select fold($1)");
        command.Parameters.AddWithValue(atMost);
        return (int)(await command.ExecuteScalarAsync(Cancelled))!;
    }
}
