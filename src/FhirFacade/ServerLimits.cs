using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dicom2Fhir.FhirFacade;

/// <summary>
/// Forms of portals reach 1 MB (20,000 values), request lines 64 kB (batches of ids); what is larger is a mistake or an attack. Idle connections stay
/// open longer than the 30 s portals expect (the server's standard is 130 s); slow headers end after 15 s, slow bodies after 5 s under 240
/// bytes a second (the server's standard), readers that take longer for a portion of 64 kB than Reader.
/// </summary>
static class ServerLimits
{
    public const int RequestLine = 64 * 1024;
    public const int Headers = 64 * 1024;
    public const int Body = 8 * 1024 * 1024;

    /// <summary>For 64 kB of an answer: who needs longer has stopped reading.</summary>
    public static readonly TimeSpan Reader = TimeSpan.FromSeconds(20);

    // A connection costs some 20 kB; portals open 32 a client.
    const int Connections = 2_000;

    public static void Apply(this KestrelServerOptions server, FacadeOptions options)
    {
        server.Listen(options.Listen, options.Port, listen => listen.UseOutcomes());
        server.AddServerHeader = false;
        server.Limits.MaxConcurrentConnections = Connections;
        server.Limits.MaxRequestLineSize = RequestLine;
        server.Limits.MaxRequestBufferSize = 1024 * 1024;
        server.Limits.MaxRequestHeadersTotalSize = Headers;
        server.Limits.MaxRequestBodySize = Body;
        server.Limits.MinResponseDataRate = null;      // FhirResponse does it
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }
}
