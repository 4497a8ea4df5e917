using System.Net.Sockets;
using System.Runtime.InteropServices;
using Dicom2Fhir.FhirFacade;
using Dicom2Fhir.FhirFacade.Conformance;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;

if (args.Contains("--help"))
{
    Console.Out.WriteLine(CommandLine.Help);
    return 0;
}

// The host has its own handlers once it runs; starting an embedded database takes seconds before that.
using var starting = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var (settings, fault) = CommandLine.Parse(args);
if (fault is not null) return Say(fault, 2);

try
{
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
    builder.Configuration.AddInMemoryCollection(settings);
    var options = FacadeOptions.Read(builder.Configuration);
    await using var store = await StoreConnection.OpenForReadingAsync(options.DataFolder, options.Postgres, options.PostgresWrite, starting.Token);

    builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
    builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    // the framework's lower levels quote URLs, and with them search values, whatever level is set
    builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
    builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);     // a failed start ends in a sentence below
    builder.WebHost.ConfigureKestrel(server => server.Apply(options));
    builder.Services.AddSingleton(store).AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<Readiness>().AddSingleton<Engines>().AddFhir().AddHttp(options);
    builder.Services.AddHostedService<BackgroundWork>().AddHostedService<Metrics>();

    await using var app = builder.Build();
    app.UseResponseCompression();
    app.UseCors();
    app.UseFhirErrors();
    app.MapHealth();
    app.MapFhir();
    app.MapConformance();
    app.MapGet("/", () => Results.Redirect("fhir/metadata"));
    await app.RunAsync(starting.Token);
    return 0;
}
catch (OperationCanceledException) when (starting.IsCancellationRequested)
{
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

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    starting.Cancel();
}

static int Say(string sentence, int exitCode)
{
    Console.Error.WriteLine(sentence);
    return exitCode;
}
