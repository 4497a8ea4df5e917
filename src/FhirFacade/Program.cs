using System.Net.Sockets;
using Dicom2Fhir.FhirFacade;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;
using Microsoft.AspNetCore.Server.Kestrel.Core;

if (args.Contains("--help"))
{
    Console.Out.WriteLine(CommandLine.Help);
    return 0;
}

var (settings, fault) = CommandLine.Parse(args);
if (fault is not null) return Say(fault, 2);

try
{
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
    builder.Configuration.AddInMemoryCollection(settings);
    var options = FacadeOptions.Read(builder.Configuration);
    await using var store = await StoreConnection.OpenForReadingAsync(options.DataFolder, options.Postgres, options.PostgresWrite, CancellationToken.None);

    builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
    builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);     // a failed start ends in a sentence below
    builder.WebHost.ConfigureKestrel(server => Limit(server, options));
    builder.Services.AddSingleton(store).AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<Readiness>().AddSingleton<SearchEndpoints.Searches>();
    builder.Services.AddHostedService<BackgroundWork>();
    builder.Services.AddResponseCompression(compression => compression.MimeTypes = ["application/fhir+json", "application/fhir+xml"]);

    await using var app = builder.Build();
    app.UseResponseCompression();
    app.UseFhirErrors();
    app.MapHealth();
    var fhir = app.MapGroup(RequestBase.Path);
    fhir.MapMetadata();
    fhir.MapRead();
    fhir.MapSearch();
    fhir.MapGet("/", (HttpContext context) => context.Request.QueryString.HasValue
        ? throw new FhirErrorException(FhirErrors.NoInteraction("a search over all types"))
        : Results.Redirect($"{RequestBase.Text(RequestBase.Of(context, options))}/metadata"));
    app.MapGet("/", () => Results.Redirect("fhir/metadata"));
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (exception is StoreException or SettingException)
{
    return Say(exception.Message, exception is SettingException ? 2 : 1);
}
catch (IOException exception) when (exception.GetBaseException() is SocketException socket)
{
    return Say($"The port cannot be used ({socket.Message}): choose another with --port.", 1);
}

static int Say(string sentence, int exitCode)
{
    Console.Error.WriteLine(sentence);
    return exitCode;
}

// Forms of portals reach 1 MB (20,000 values), request lines 64 kB (batches of ids); what is larger is a mistake or an attack.
static void Limit(KestrelServerOptions server, FacadeOptions options)
{
    server.Listen(options.Listen, options.Port);
    server.AddServerHeader = false;
    server.Limits.MaxRequestLineSize = 64 * 1024;
    server.Limits.MaxRequestBufferSize = 1024 * 1024;
    server.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
    server.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
}
