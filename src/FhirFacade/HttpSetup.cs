using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Dicom2Fhir.FhirFacade;

/// <summary>Compression and cross-origin requests, as the framework offers them, and memory after bursts.</summary>
static class HttpSetup
{
    static readonly string[] Compressed = ["application/fhir+json", "application/fhir+xml"];

    // What a script in a browser may read of an answer beyond the safelisted headers.
    static readonly string[] Exposed = ["ETag", "Last-Modified", "Location", "Preference-Applied", "Retry-After", "X-Request-Id"];

    public static IServiceCollection AddHttp(this IServiceCollection services, FacadeOptions options) =>
        services.AddHostedService<MemoryTrim>()
            .AddResponseCompression(compression => compression.MimeTypes = Compressed)
            .AddCors(cors => cors.AddDefaultPolicy(policy => Apply(policy, options.Origins)));

    // Credentials are never allowed: a page of another origin sees what anybody on the network sees, not what a user may see.
    static void Apply(CorsPolicyBuilder policy, IReadOnlyList<string> origins) =>
        policy.WithOrigins([.. origins]).WithMethods("GET", "HEAD", "POST").AllowAnyHeader().WithExposedHeaders(Exposed).SetPreflightMaxAge(TimeSpan.FromHours(1));
}
