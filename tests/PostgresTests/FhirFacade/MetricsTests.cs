using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class MetricsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Requests_and_connections_are_counted_on_a_port_of_their_own()
    {
        var port = FacadeProcess.FreePort();
        await using var facade = Start(port);
        await facade.ReadyAsync();
        using var search = await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?identifier=canary-4711");
        Assert.Equal(HttpStatusCode.OK, search.StatusCode);

        var page = await PageAsync(port);

        Assert.Contains("http_server_request_duration_seconds_count", page, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/fhir/{type}\"", page, StringComparison.Ordinal);
        Assert.Contains("db_client_connection_pool_name=\"reader\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Host=", page, StringComparison.Ordinal);
        using var onApi = await facade.Client.SendAsync("GET", "/metrics");
        Assert.Equal(HttpStatusCode.NotFound, onApi.StatusCode);
    }

    [Fact]
    public async Task A_taken_port_costs_the_page_not_the_service()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await using var facade = Start(port);
        await facade.ReadyAsync();

        using var answer = await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?_summary=count");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), facade.Errors, StringComparison.Ordinal);
    }

    FacadeProcess Start(int metricsPort) => FacadeProcess.Start([], new Dictionary<string, string>
    {
        ["ConnectionStrings__Postgres"] = database.ConnectionString,
        ["Metrics__Port"] = metricsPort.ToString(CultureInfo.InvariantCulture),
    });

    static async Task<string> PageAsync(int port)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://127.0.0.1:{port}/metrics", TestContext.Current.CancellationToken);
    }
}
