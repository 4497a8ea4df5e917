using System.Net;
using Dicom2Fhir.Store;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class ProcessTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("d2f-process-").FullName;

    public void Dispose() => DataFolder.Delete(folder);

    [Fact]
    public async System.Threading.Tasks.Task A_taken_port_is_one_sentence_and_exit_1_and_the_first_ends_with_0()
    {
        await using var first = FacadeProcess.Start(["--data", folder]);
        await first.ReadyAsync();
        await using var second = FacadeProcess.Start(["--data", folder], port: first.Port);
        Assert.Equal(1, await second.ExitAsync());
        Assert.Equal("", second.Output);
        Assert.Single(second.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("--port", second.Errors, StringComparison.Ordinal);

        Assert.Equal($"ready http://127.0.0.1:{first.Port}/fhir", first.Output.Trim());
        Assert.Equal(HttpStatusCode.OK, (await first.Client.SendAsync("GET", "/readyz")).StatusCode);
        Assert.Equal(0, await first.TerminateAsync());
        Assert.Equal("", first.Errors);
    }

    [Fact]
    public async System.Threading.Tasks.Task Stopped_while_it_starts_it_ends_with_0()
    {
        await using var process = FacadeProcess.Start(["--data", folder]);
        await System.Threading.Tasks.Task.Delay(1_000, TestContext.Current.CancellationToken);
        Assert.Equal("", process.Output);
        Assert.Equal(0, await process.TerminateAsync());
        Assert.Equal("", process.Output + process.Errors);
    }

    [Theory]
    [InlineData("--colour=red", "--colour")]
    [InlineData("--url=nowhere", "PublicBaseUrl")]
    public async System.Threading.Tasks.Task Wrong_calls_and_settings_are_one_sentence_and_exit_2(string argument, string named)
    {
        await using var process = FacadeProcess.Start(["--data", folder, argument]);
        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains(named, Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_server_that_is_away_is_503_until_it_is_back()
    {
        string connection;
        await using (var cluster = await EmbeddedCluster.OpenAsync(folder, CancellationToken.None)) connection = cluster.OwnerConnectionString;

        await using var facade = FacadeProcess.Start(["--data", folder], new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = connection });
        await facade.ListeningAsync();
        await AwayAsync(facade);
        await NotJudgingAsync(facade);
        Assert.Equal("", facade.Output);
        await (await facade.Client.SendAsync("GET", "/fhir/metadata")).AsAsync<CapabilityStatement>();

        for (var times = 0; times < 2; times++)
        {
            await using (await EmbeddedCluster.OpenAsync(folder, CancellationToken.None))
            {
                await BackAsync(facade);
            }

            await AwayAsync(facade);
        }
    }

    [Fact]
    public async System.Threading.Tasks.Task What_waits_to_be_judged_is_said_with_the_verb_that_does_it()
    {
        await using var store = await StoreConnection.OpenForWritingAsync(folder, null, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), CancellationToken.None);
        await new Store.Stock(store.Database).WriteAsync(Store.Stock.Study("a"), Store.Stock.Study("b"));
        await using var facade = FacadeProcess.Start(["--data", folder]);
        await facade.ReadyAsync();
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); facade.Errors.Length == 0 && waited.Elapsed < TimeSpan.FromSeconds(60);) await System.Threading.Tasks.Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Contains("2 resources are unchecked", facade.Errors, StringComparison.Ordinal);
        Assert.Contains("dicom2fhir conformance", facade.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await facade.TerminateAsync());
    }

    [Fact]
    public async System.Threading.Tasks.Task A_database_of_another_zone_is_refused()
    {
        await using (await StoreConnection.OpenForWritingAsync(folder, null, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), CancellationToken.None))
        {
            await using var facade = FacadeProcess.Start(["--data", folder], new Dictionary<string, string> { ["TimeZone"] = "America/New_York" });
            await facade.ListeningAsync();
            var outcome = await (await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?started=2024-03-05")).AsAsync<OperationOutcome>(HttpStatusCode.ServiceUnavailable);
            Assert.Contains("Europe/Berlin", outcome.Issue[0].Diagnostics, StringComparison.Ordinal);
        }
    }

    static async System.Threading.Tasks.Task AwayAsync(FacadeProcess facade)
    {
        var ready = await facade.Client.SendAsync("GET", "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var search = await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?modality=CT");
        Assert.True(search.Headers.Contains("Retry-After"));
        var outcome = await search.AsAsync<OperationOutcome>(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(OperationOutcome.IssueType.Transient, outcome.Issue[0].Code);
        Assert.Equal(HttpStatusCode.OK, (await facade.Client.SendAsync("GET", "/livez")).StatusCode);
    }

    // Whether the site loaded profiles cannot be known then, and a validator has to fail closed.
    static async System.Threading.Tasks.Task NotJudgingAsync(FacadeProcess facade)
    {
        using var resource = new StringContent("""{"resourceType":"Patient","id":"p"}""", System.Text.Encoding.UTF8, "application/fhir+json");
        using var response = await facade.Client.PostAsync(new Uri("/validateResource", UriKind.Relative), resource, TestContext.Current.CancellationToken);
        await response.AsAsync<OperationOutcome>(HttpStatusCode.ServiceUnavailable);
    }

    static async System.Threading.Tasks.Task BackAsync(FacadeProcess facade)
    {
        Assert.Equal(HttpStatusCode.OK, (await facade.Client.SendAsync("GET", "/readyz")).StatusCode);
        Assert.Equal(0, (await facade.Client.SearchAsync("/fhir/ImagingStudy?modality=CT")).Total);
    }
}
