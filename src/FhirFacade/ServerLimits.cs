using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dicom2Fhir.FhirFacade;

/// <summary>
/// Forms of portals reach 1 MB (20,000 values), request lines 64 kB (batches of ids); what is larger is a mistake or an attack. Idle connections stay
/// open longer than the 30 s portals expect (the server's standard is 130 s).
/// </summary>
static class ServerLimits
{
    public static void Apply(this KestrelServerOptions server, FacadeOptions options)
    {
        server.Listen(options.Listen, options.Port);
        server.AddServerHeader = false;
        server.Limits.MaxRequestLineSize = 64 * 1024;
        server.Limits.MaxRequestBufferSize = 1024 * 1024;
        server.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        server.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
    }
}
