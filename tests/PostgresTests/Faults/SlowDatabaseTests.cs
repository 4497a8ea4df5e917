using System.Net;
using Dicom2Fhir.PostgresTests.FhirFacade;
using Dicom2Fhir.PostgresTests.Indexer;
using Hl7.Fhir.Model;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>A database that answers too slowly: each request ends by the time of its connection string, and its connection is used again.</summary>
public sealed class SlowDatabaseTests(TestServer server)
{
    const int Connections = 4;

    static readonly (string Method, string Url, string? Body)[] Requests =
    [
        ("GET", "/fhir/ImagingStudy?modality=CT&_count=5", null),
        ("GET", "/fhir/ImagingStudy?_summary=count&modality=CT&started=2024", null),
        ("GET", "/fhir/ImagingStudy?_sort=-started&_count=5", null),
        ("GET", "/fhir/ImagingStudy?_include=*&_count=5", null),
        ("GET", "/fhir/ImagingStudy/none", null),
        ("POST", "/fhir/ImagingStudy/_search", "bodysite=51185008"),
    ];

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_is_503_in_time_and_the_connections_come_back()
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 20);
        await site.DoAsync("index", site.Files);
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = $"{TestServer.AsFacade(site.ConnectionString)};Command Timeout=2;Maximum Pool Size={Connections}" };
        await using var facade = FacadeProcess.Start([], settings);
        await facade.ReadyAsync();

        await using (var connection = await site.Database.OpenConnectionAsync(Cancelled))
        await using (var transaction = await connection.BeginTransactionAsync(Cancelled))
        {
            await new NpgsqlCommand("lock table resource, search_row, bits, term in access exclusive mode", connection, transaction).ExecuteNonQueryAsync(Cancelled);
            foreach (var (method, url, body) in Requests) await Is503Async(await SendAsync(facade.Client, method, url, body));
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 3 * Connections).Select(i => facade.Client.SendAsync("GET", Requests[i % 5].Url)))) await Is503Async(answer);
            foreach (var url in new[] { "/livez", "/readyz", "/fhir/metadata" }) Assert.Equal(HttpStatusCode.OK, (await facade.Client.SendAsync("GET", url)).StatusCode);

            // nothing of them is left in the server; what runs in the background (fold, retire, what waits to be judged) waits for the lock
            await Faults.UntilAsync(async () => await site.ValueAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query !~ '(fold|retire|judgement)'") == 0, "the end of the statements");
            await transaction.RollbackAsync(Cancelled);
        }

        var totals = await Task.WhenAll(Enumerable.Range(0, 3 * Connections).Select(_ => facade.Client.SearchAsync("/fhir/ImagingStudy?modality=CT&_count=5")));
        Assert.All(totals, bundle => Assert.Equal(20, bundle.Total));
        await site.EndsSoundAsync();
    }

    static async Task Is503Async(HttpResponseMessage answer)
    {
        Assert.True(answer.Headers.Contains("Retry-After"), answer.StatusCode.ToString());
        var outcome = await answer.AsAsync<OperationOutcome>(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(OperationOutcome.IssueType.Transient, Assert.Single(outcome.Issue).Code);
    }

    static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string url, string? body) =>
        body is null ? client.SendAsync(method, url) : client.PostRawAsync(url, body);
}
