namespace Dicom2Fhir.Indexer.Commands;

/// <summary>purge: removes every resource, input record and quarantine entry; keeps schema, pseudonym key and loaded profiles.</summary>
static class PurgeCommand
{
    public static async Task<int> RunAsync(Session session, bool yes, CancellationToken cancellationToken)
    {
        if (!yes)
        {
            if (Console.IsInputRedirected)
            {
                await Console.Error.WriteLineAsync("purge removes everything that was indexed or imported; say --yes to do it.");
                return 2;
            }

            await Console.Error.WriteAsync("This removes everything that was indexed or imported. Type yes: ");
            if (Console.ReadLine()?.Trim() != "yes") return 2;
        }

        await session.Ledger.PurgeAsync(cancellationToken);
        Console.Out.WriteLine(session.Json ? """{"purged":true}""" : "Everything was removed; the pseudonym key and the schema are kept.");
        return 0;
    }
}
