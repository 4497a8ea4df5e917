using Dicom2Fhir.Indexer.Import;
using Dicom2Fhir.Indexer.Pseudonyms;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>import FILE...: FHIR resources into the database, as they are given.</summary>
static class ImportCommand
{
    public static async Task<int> RunAsync(Session session, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var present = new List<string>();
        foreach (var file in files.Select(file => file.Length == 0 ? file : Path.GetFullPath(file)).Distinct())
        {
            if (file.Length == 0) problems.Add("An empty FILE names nothing.");
            else if (File.Exists(file)) present.Add(file);
            else problems.Add(Directory.Exists(file) ? $"{file} is a folder; import takes files." : $"{file} does not exist.");
        }

        var gate = await session.GateAsync(cancellationToken);
        var records = new InputRecords(await Identities.KeyAsync(session.Options, session.Store.Database, cancellationToken), session.Options.KeepNames);
        var import = new ResourceImport(session.Store.Database, session.Ledger, session.Extractor, gate, session.Options, records, session.Progress, session.Logger);
        var report = await session.RunAsync("import", gate, run => import.RunAsync(run, present, problems, cancellationToken), cancellationToken);
        report.Write(Console.Out, session.Json);
        foreach (var problem in problems) await Console.Error.WriteLineAsync(Terminal.Line(problem));
        return problems.Count > 0 ? 1 : 0;
    }
}
