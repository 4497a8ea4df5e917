using System.Net;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Dicom2Fhir.FhirFacade;

/// <summary>
/// The metrics page (Prometheus text) on a port of its own: requests by route and status, connections, database pool, memory and threads. The labels
/// are routes and numbers, never a value of a query or a resource.
/// </summary>
sealed class Metrics(FacadeOptions options, ILogger<Metrics> logger) : IHostedService, IDisposable
{
    // Meters of ASP.NET Core, Kestrel, the driver and the runtime (their documentation lists the instruments).
    static readonly string[] Meters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime"];

    MeterProvider? provider;

    /// <summary>A port that is taken (a second facade on the machine) costs the page, not the service.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.MetricsPort is not { } port) return Task.CompletedTask;
        try
        {
            provider = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(resource => resource.AddService("dicom2fhir-facade"))
                .AddMeter(Meters)
                .AddPrometheusHttpListener(listener => (listener.Host, listener.Port) = (Host(options.Listen), port))
                .Build();
        }
        catch (InvalidOperationException exception) when (exception.InnerException is HttpListenerException refused)
        {
            logger.NoMetrics(port, refused.Message);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => provider?.Dispose();

    // HttpListener's word for every address.
    static string Host(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "+" : address.ToString();
}
