using System.Collections;
using System.Globalization;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>Pages whose numbers are kept from the page before equal what the database says at that moment, whatever was written, folded, erased or removed between.</summary>
public sealed class FollowedPagesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Size = 7;

    // status = completed, in the order of the index.
    const string Expected =
        """
        select array(
        select r.id || ' ' || r.version from search_row s join resource r using (resource_id)
         where s.type = 4 and s.no > @last and s.no <= @horizon and (s.gone_at is null or s.gone_at > @horizon) and not r.deleted
           and exists (select from bits b join term t on t.id = b.term
                where t.type = 4 and t.param = 'status' and t.kind = 't' and t.code = 'completed' and b.block = s.no / 32000 and get_bit(b.b, (s.no % 32000)::integer) = 1)
         order by s.no limit @limit)
        """;

    static readonly SearchRequest Completed =
        QueryStringParser.Parse(ServedType.Procedure, [KeyValuePair.Create("status", "completed")], new QueryContext(Naive.Zone, [])).Request;

    static readonly IndexExtractor Extractor = new(Naive.Zone);

    readonly SearchExecutor executor = new(database.Facade, Naive.Zone);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_equals_the_database_whatever_happened_since_the_page_before()
    {
        var random = new Random(20261126);
        await WriteAsync([.. Enumerable.Range(0, 200)], _ => true);
        await FoldAsync();
        PagePosition? position = null;
        var (followed, expired) = (0, 0);
        for (var step = 0; step < 400; step++)
        {
            await ChangeAsync(random);
            var floor = await database.ValueAsync<long>("select floor from fold_state where type = 4");
            using var page = await PageAsync(position, random.Next(2) == 0);
            if (position is not null) followed++;
            if (page.Expired) expired++;
            Assert.Equal(position is not null && position.Horizons[0] < floor, page.Expired);
            if (!page.Expired) await SameAsync(page, position);
            position = page.Next;
        }

        Assert.InRange(followed, 200, 400);
        Assert.InRange(expired, 3, 100);
    }

    [Fact]
    public async Task The_numbers_of_a_followed_page_are_not_asked_for()
    {
        var (position, rest) = await FirstAsync("kept");
        await database.ExecuteAsync("create table set_aside as select * from bits; delete from bits");
        using var page = await PageAsync(position, outlined: true);
        await database.ExecuteAsync("insert into bits select * from set_aside on conflict (term, block) do update set b = excluded.b; drop table set_aside");

        Assert.Equal(rest, Ids(page));
    }

    [Fact]
    public async Task The_page_behind_is_read_ahead_and_equals_the_database()
    {
        await WriteAsync([.. Enumerable.Range(0, 10 * Size)], _ => true, "ahead");
        await FoldAsync();
        // Other databases of the server are written too, and each time a page that was read ahead is read again.
        for (var round = 0; round < 200 && executor.Followed.Sent < 5; round++)
        {
            PagePosition? position = null;
            do
            {
                using var page = await PageAsync(position, outlined: true);
                await SameAsync(page, position);
                position = page.Next;
            }
            while (position is not null);
        }

        Assert.InRange(executor.Followed.Sent, 5, int.MaxValue);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_page_that_is_nearly_full_passes_thousands_of_rows_that_are_gone_in_few_messages(int count)
    {
        await FoldAsync();      // what another test left waiting
        var horizon = await database.ValueAsync<long>("select coalesce(max(upto), 0) from fold_state where type = 4");
        await WriteAsync([.. Enumerable.Range(10_000, 3_000)], _ => true, "gone" + count);
        await FoldAsync();
        await WriteAsync([.. Enumerable.Range(10_005, 2_990)], _ => true, "gone" + count);      // 5 stand, 2,990 are gone, 5 stand
        await FoldAsync();
        var version = await database.ValueAsync<long>("select bits_version from fold_state where type = 4");
        await using var connection = await database.Facade.OpenConnectionAsync(Cancelled);
        var page = new PageRows(connection, count, 4_000_000, new HashSet<string> { "id" }) { Kept = new KeptSearch(horizon + 3_000, version, await TablesAsync(), new Dictionary<int, BitArray?>()) };
        using var memory = page.Memory;
        page.Begin(ServedType.Procedure, await database.ValueAsync<long>("select upto from fold_state where type = 4"), 0);

        Assert.True(await page.AddAsync([.. Enumerable.Range(1, 3_000).Select(number => horizon + number)], Cancelled));
        string[] standing = ["10000", "10001", "10002", "10003", "10004", "12995"];
        Assert.Equal(standing.Take(count).Select(number => $"gone{count}{number}"), page.Resources.Select(resource => resource.Id));
        Assert.InRange(page.Messages, 2, 14);
    }

    [Theory]
    [InlineData("bits")]
    [InlineData("rows")]
    public async Task A_first_page_asks_for_no_row_that_is_gone_and_a_page_of_an_older_horizon_for_those_gone_since(string by)
    {
        await FoldAsync();      // what another test left waiting
        await WriteAsync([.. Enumerable.Range(0, 10)], _ => true, by);
        await FoldAsync();
        var horizon = await database.ValueAsync<long>("select upto from fold_state where type = 4");
        await WriteAsync([.. Enumerable.Range(0, 9)], _ => false, by);
        await FoldAsync();

        await using var connection = await database.Facade.OpenConnectionAsync(Cancelled);
        await using var snapshot = await connection.BeginTransactionAsync(Cancelled);
        var state = await TypeState.ReadAsync(connection, ServedType.Procedure, Cancelled);
        var ids = KeyValuePair.Create("_id", string.Join(',', Enumerable.Range(0, 10).Select(number => by + Text(number))));
        var search = by == "bits" ? Completed.Searches[0] : QueryStringParser.Parse(ServedType.Procedure, [KeyValuePair.Create("status", "completed"), ids], new QueryContext(Naive.Zone, [])).Request.Searches[0];
        var wanted = await new Matcher(connection, Naive.Zone).MatchesAsync(search, state, state.Upto, Cancelled);
        var older = await new Matcher(connection, Naive.Zone).MatchesAsync(search, state, horizon, Cancelled);

        Assert.Equal([horizon], await NumbersAsync(wanted));
        Assert.Equal(Enumerable.Range(0, 10).Select(place => horizon - 9 + place), await NumbersAsync(older));
        await using var mode = new NpgsqlCommand("show plan_cache_mode", connection);       // changed for the rows alone
        Assert.Equal("auto", await mode.ExecuteScalarAsync(Cancelled));

        async Task<IReadOnlyList<long>> NumbersAsync(Matches matches)
        {
            var numbers = new List<long>();
            await foreach (var portion in matches.NumbersAsync(horizon - 10, 100, Cancelled)) numbers.AddRange(portion);
            return numbers;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_that_was_read_ahead_is_read_again_when_something_was_written_since(bool outlined)
    {
        await WriteAsync([.. Enumerable.Range(0, 6 * Size)], _ => true, "late" + outlined);
        await FoldAsync();
        using var first = await PageAsync(null, outlined);
        for (var position = first.Next; position is not null;)
        {
            using var page = await PageAsync(position, outlined);
            await WriteAsync([.. Enumerable.Range(0, 6 * Size)], _ => true, "late" + outlined);
            if (page.Next is null) break;
            using var behind = await PageAsync(page.Next, outlined);
            await SameAsync(behind, page.Next);
            position = behind.Next;
        }
    }

    [Fact]
    public async Task What_is_erased_is_on_no_further_page()
    {
        var (position, rest) = await FirstAsync("erased");
        await database.ExecuteAsync(
            """
            update bits set b = repeat('0', 32000)::bit(32000) where term in (select id from term where type = 4 and param = 'status');
            update fold_state set bits_version = bits_version + 1 where type = 4
            """);
        using var page = await PageAsync(position, outlined: false);

        Assert.NotEmpty(rest);
        Assert.Empty(page.Resources);
        Assert.False(page.Expired);
    }

    [Fact]
    public async Task A_removed_row_makes_the_link_old()
    {
        var (position, _) = await FirstAsync("retired");
        await WriteAsync([0], _ => true, "retired");
        await FoldAsync();
        using (var before = await PageAsync(position, outlined: true)) Assert.False(before.Expired);
        await database.ExecuteAsync("select retire(interval '0')");
        using var page = await PageAsync(position, outlined: true);

        Assert.True(page.Expired);
    }

    [Fact]
    public async Task A_link_of_numbers_that_were_lost_with_another_server_is_old()
    {
        var (position, _) = await FirstAsync("lost");
        using var page = await PageAsync(position with { Horizons = [position.Horizons[0] + 1] }, outlined: true);

        Assert.True(page.Expired);
        Assert.False(page.IsBehind);
    }

    [Fact]
    public async Task A_document_that_is_replaced_while_its_page_is_read_is_not_mixed_with_the_old_one()
    {
        await FoldAsync();      // what another test left waiting
        var horizon = await database.ValueAsync<long>("select coalesce(max(upto), 0) from fold_state where type = 4");
        await WriteAsync([0, 1, 2], _ => true, "large", new string('x', 300_000));
        await FoldAsync();
        var version = await database.ValueAsync<long>("select bits_version from fold_state where type = 4");
        await using var connection = await database.Facade.OpenConnectionAsync(Cancelled);
        var page = new PageRows(connection, 2_000, 64_000_000, null) { Kept = new KeptSearch(horizon + 3, version, await TablesAsync(), new Dictionary<int, BitArray?>()) };
        using var memory = page.Memory;
        page.Begin(ServedType.Procedure, horizon + 3, 0);
        await page.AddAsync([.. Enumerable.Range(1, 1_500).Select(number => horizon + number)], Cancelled);
        Assert.True(page.Holds);
        Assert.True(await page.LoadAsync(Cancelled));
        Assert.All(page.Resources, resource => Assert.InRange(resource.Document.Length, 300_000, 301_000));

        await WriteAsync([1], _ => true, "large", new string('y', 300_000));
        Assert.False(await page.LoadAsync(Cancelled));
    }

    async Task<(PagePosition Position, IReadOnlyList<string> Behind)> FirstAsync(string name)
    {
        await database.ExecuteAsync("select retire(interval '0')");
        await WriteAsync([.. Enumerable.Range(0, Size + 3)], _ => true, name);
        await FoldAsync();
        PagePosition? position = null;
        IReadOnlyList<string> rest;
        do
        {
            using var page = await PageAsync(position, outlined: true);
            position = page.Next!;
            rest = await ExpectedAsync(position, Size + 1);
        }
        while (rest.Count > Size);
        return (position, rest);
    }

    async Task ChangeAsync(Random random)
    {
        int[] some = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(260))];
        switch (random.Next(12))
        {
            case < 4:
                await WriteAsync([.. some.Distinct()], _ => random.Next(4) > 0);
                break;
            case < 6:
                await DeleteAsync(some.Distinct());
                break;
            case < 10:
                await FoldAsync();
                break;
            case 10:
                await database.ExecuteAsync("select erase(array(select resource_id from search_row where type = 4 and gone_at is not null order by no desc limit 2))");
                break;
            default:
                if (random.Next(3) == 0) await database.ExecuteAsync("select retire(interval '0')");
                break;
        }
    }

    async Task SameAsync(SearchPage page, PagePosition? position)
    {
        var horizon = position?.Horizons[0] ?? page.Next?.Horizons[0] ?? await database.ValueAsync<long>("select upto from fold_state where type = 4");
        var expected = await ExpectedAsync(new PagePosition([horizon], 0, position?.Last ?? 0, null, null), Size + 1);

        Assert.Equal(expected.Take(Size), Ids(page));
        Assert.Equal(expected.Count > Size, page.Next is not null);
        Assert.Equal(position?.Total ?? page.Total, page.Total);
        Assert.All(page.Resources, resource => Assert.True(resource.Outline is not null || resource.Text.Contains($"\"versionId\":\"{resource.Version}\"", StringComparison.Ordinal)));
    }

    static List<string> Ids(SearchPage page) => [.. page.Resources.Select(resource => $"{resource.Id} {resource.Version}")];

    async Task<IReadOnlyList<string>> ExpectedAsync(PagePosition position, int limit) => await database.ValueAsync<string[]>(
        Expected.Replace("@last", Text(position.Last), StringComparison.Ordinal).Replace("@horizon", Text(position.Horizons[0]), StringComparison.Ordinal).Replace("@limit", Text(limit), StringComparison.Ordinal));

    Task<long> TablesAsync() => database.ValueAsync<long>("select 'fold_state'::regclass::bigint");

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    Task<SearchPage> PageAsync(PagePosition? position, bool outlined) => executor.PageAsync(
        outlined ? Completed with { Elements = new HashSet<string> { "id", "subject" } } : Completed, position, Size, 4_000_000, TotalMode.Accurate, Cancelled);

    Task<long> FoldAsync() => new Folder(database.Owner).FoldAllAsync(Cancelled);

    async Task WriteAsync(IReadOnlyList<int> numbers, Func<int, bool> isCompleted, string name = "p", string note = "")
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, Extractor, [], Cancelled);
        var procedures = numbers.Select(number => new Procedure
        {
            Id = name + Text(number),
            Status = isCompleted(number) ? EventStatus.Completed : EventStatus.Stopped,
            Subject = new ResourceReference("Patient/p"),
            Note = [new Annotation { Text = note + Guid.NewGuid() }],        // else nothing would change
        });
        await batch.WriteAsync([.. procedures.Select(one => new ResourceWrite(ServedType.Procedure, one.Id!, SearchPropertyTests.Write(one), one, Origin.Import, ConformanceState.Unchecked))], Cancelled);
        await batch.CommitAsync(Cancelled);
    }

    async Task DeleteAsync(IEnumerable<int> numbers)
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, Extractor, [], Cancelled);
        await batch.DeleteAsync(ServedType.Procedure, [.. numbers.Select(number => "p" + Text(number))], Origin.Import, Cancelled);
        await batch.CommitAsync(Cancelled);
    }
}
