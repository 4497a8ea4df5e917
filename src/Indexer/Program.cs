using System.CommandLine;
using System.Runtime.InteropServices;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var data = new Option<string?>("--data") { Description = "embedded database and state (default: .dicom2fhir beside the script)", HelpName = "DIR", Recursive = true };
var port = new Option<int?>("--port") { Description = "port of serve", HelpName = "N", Recursive = true };
var url = new Option<string?>("--url") { Description = "the whole public FHIR base, for serve", HelpName = "BASE", Recursive = true };
var json = new Option<bool>("--json") { Description = "results as JSON lines", Recursive = true };
var root = new RootCommand("DICOM headers to searchable FHIR ImagingStudy resources of the MII module Bildgebung") { data, port, url, json };

var paths = new Argument<string[]>("PATH") { Description = "DICOM files and folders", Arity = ArgumentArity.OneOrMore };
var rehash = new Option<bool>("--rehash") { Description = "read every file, whatever its size and time" };
Add(
    "index", "read DICOM headers; a re-run reads only what changed",
    (session, parsed, token) => IndexCommand.RunAsync(session, parsed.GetValue(paths)!, parsed.GetValue(rehash), token),
    paths, rehash);

var files = new Argument<string[]>("FILE") { Description = "NDJSON, a Bundle or a single resource; .gz accepted", Arity = ArgumentArity.OneOrMore };
Add("import", "store FHIR resources as they are given", (session, parsed, token) => ImportCommand.RunAsync(session, parsed.GetValue(files)!, token), files);

var inputs = new Option<bool>("--inputs") { Description = "one JSON line an input" };
var outcome = new Option<string?>("--outcome") { Description = "only inputs with this outcome", HelpName = "WORD" };
outcome.AcceptOnlyFromAmong([.. Outcomes.All]);
Add(
    "status", "totals of the store, or its inputs",
    (session, parsed, token) => parsed.GetValue(inputs) || parsed.GetValue(outcome) is not null ? StatusCommand.InputsAsync(session, parsed.GetValue(outcome), token) : StatusCommand.RunAsync(session, token),
    inputs, outcome);

Add("report", "how complete the headers are, by attribute and modality", (session, _, token) => ReportCommand.RunAsync(session, token));
Add("remap", "map every kept study again after a changed code table, setting or program; no files needed", (session, _, token) => RemapCommand.RunAsync(session, token));

var resume = new Option<bool>("--resume") { Description = "go on where an unfinished verification was cut off" };
Add("verify", "hold everything that is stored against what it was made from", (session, parsed, token) => VerifyCommand.RunAsync(session, parsed.GetValue(resume), Console.Out, token), resume);

var study = new Argument<string>("STUDYUID") { Description = "the Study Instance UID" };
var undo = new Option<bool>("--undo") { Description = "take deliveries of the study again" };
Add(
    "forget", "remove a study everywhere; deliveries of it are skipped from then on",
    (session, parsed, token) => ForgetCommand.RunAsync(session, parsed.GetValue(study)!, parsed.GetValue(undo), token),
    study, undo);

var yes = new Option<bool>("--yes") { Description = "do not ask" };
Add("purge", "remove every resource, input record and quarantine entry", (session, parsed, token) => PurgeCommand.RunAsync(session, parsed.GetValue(yes), token), yes);
Add("conformance", "which rules of the profiles are broken, where and how often", (session, _, token) => ConformanceCommand.RunAsync(session, token));

var texts = new Argument<string[]>("FILE") { Description = "FHIR JSON, a Bundle entry by entry, NDJSON by line; .gz accepted", Arity = ArgumentArity.OneOrMore };
var profile = new Option<string?>("--profile") { Description = "judge by this profile, besides those that are claimed", HelpName = "URL" };
var terminology = new Option<string?>("--terminology") { Description = "none: without the tables of foreign code systems; DIR: ValueSets on top", HelpName = "none|DIR" };
AddPlain(
    "validate", "judge FHIR resources; one JSON line each, nothing is stored",
    (parsed, token) => GuardAsync(() => ValidateCommand.RunAsync(IndexerOptions.Read(Settings(parsed)), parsed.GetValue(texts)!, parsed.GetValue(profile), parsed.GetValue(terminology), token)),
    texts, profile, terminology);

var packages = new Argument<string[]>("PACKAGE") { Description = "FILE.tgz or FOLDER of a FHIR package", Arity = ArgumentArity.OneOrMore };
var profiles = new Command("profiles", "FHIR packages with more profiles and value sets");
Add("add", "load packages; what is stored is judged anew", (session, parsed, token) => ProfilesCommand.AddAsync(session, parsed.GetValue(packages)!, token), profiles, packages);
Add("list", "what is loaded", (session, _, token) => ProfilesCommand.ListAsync(session, token), profiles);
root.Add(profiles);
var headers = new Argument<string[]>("FILE") { Description = "DICOM files", Arity = ArgumentArity.OneOrMore };
AddPlain(
    "dicom-json", "print headers as the DICOM JSON model, one array a line",
    (parsed, token) => DicomJsonCommand.RunAsync(parsed.GetValue(headers)!, Console.OpenStandardOutput(), Console.Error, token), headers);
var backup = new Argument<string>("FILE") { Description = "written whole or not at all" };
Add("backup", "write the database to a file, beside index runs and searches", (session, parsed, token) => BackupCommand.BackupAsync(session, parsed.GetValue(backup)!, token), backup);
var dump = new Argument<string>("FILE") { Description = "of backup" };
var replace = new Option<bool>("--yes") { Description = "put it in the place of what is stored" };
Add("restore", "read a backup into an empty database", (session, parsed, token) => BackupCommand.RestoreAsync(session, parsed.GetValue(dump)!, parsed.GetValue(replace), token), dump, replace);
root.Add(new Command("serve", "answer FHIR searches (a program of its own: dicom2fhir serve --help)"));

// A PATH may begin with '@': no response files.
var call = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (call.Errors.Count > 0) return Say(call.Errors[0].Message, 2);
return await call.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

void Add(string verb, string description, Func<Session, ParseResult, CancellationToken, Task<int>> run, params Symbol[] symbols) =>
    AddPlain(verb, description, (parsed, _) => RunAsync(parsed, session => run(session, parsed, stop.Token)), symbols);

// A verb that needs no database.
void AddPlain(string verb, string description, Func<ParseResult, CancellationToken, Task<int>> run, params Symbol[] symbols)
{
    var command = new Command(verb, description);
    var parent = root as Command;
    foreach (var symbol in symbols)
    {
        if (symbol is Command group) parent = group;
        else if (symbol is Argument argument) command.Add(argument);
        else command.Add((Option)symbol);
    }

    command.SetAction((parsed, _) => run(parsed, stop.Token));
    parent.Add(command);
}

Task<int> RunAsync(ParseResult parsed, Func<Session, Task<int>> run) => GuardAsync(async () =>
{
    var options = IndexerOptions.Read(Settings(parsed));
    var store = await StoreConnection.OpenForWritingAsync(options.DataFolder, options.Postgres, options.TimeZone, stop.Token);
    LowPriority.Take();
    await using var trim = CompilerMemory.GiveBackEvery(TimeSpan.FromSeconds(2));
    await using var session = new Session(options, store, parsed.GetValue(json), Logging());
    return await run(session);
});

async Task<int> GuardAsync(Func<Task<int>> run)
{
    try
    {
        return await run();
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return 0;
    }
    catch (Exception exception) when (exception is StoreException or SettingException)
    {
        return Say(exception.Message, exception is SettingException ? 2 : 1);
    }
    catch (Npgsql.NpgsqlException exception)
    {
        return Say($"The database failed: {DatabaseRetry.StateOf(exception)}.", 1);
    }
    catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
    {
        return Say(exception.Message, 1);
    }
    catch (Exception exception)
    {
        // a bug: where it is, and no message, which may hold a value of a header
        return Say($"The program failed: {exception.GetType().Name} {exception.StackTrace?.Split('\n')[0].Trim()}", 1);
    }
}

IConfiguration Settings(ParseResult parsed)
{
    var settings = new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables();
    if (parsed.GetValue(data) is { } folder)
    {
        if (folder.Length == 0) throw new SettingException("--data needs the name of a folder.");
        settings.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Data:Folder", Path.GetFullPath(folder))]);
    }

    return settings.Build();
}

static ILoggerFactory Logging() => LoggerFactory.Create(logging => logging
    .SetMinimumLevel(LogLevel.Warning)
    .AddSimpleConsole(console => console.SingleLine = true)
    .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

static int Say(string sentence, int exitCode)
{
    Console.Error.WriteLine(Terminal.Line(sentence));
    return exitCode;
}

// The batch at work is finished or rolled back, what was done is recorded, and the exit code is 0: a re-run completes the rest.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
