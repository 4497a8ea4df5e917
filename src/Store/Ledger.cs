using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>What the ledger knows of an input.</summary>
public sealed record KnownInput(byte[] NameHash, long Size, DateTime? Modified, string Outcome, string? Reason, string? StudyUid);

/// <summary>A line of status --inputs.</summary>
public sealed record InputLine(string Source, string Outcome, string? Reason, string? Text, string? Study, long Run);

/// <summary>Totals of one run.</summary>
public sealed record RunTotals(long Files, long Stored, long Updated, long Unchanged, long Skipped, long Quarantined, long Resources);

/// <summary>Totals of the store (status).</summary>
public sealed record StoreStatus(
    int Schema,
    IReadOnlyDictionary<string, long> Resources,
    long Studies,
    long Series,
    long Instances,
    IReadOnlyDictionary<string, long> Inputs,
    IReadOnlyDictionary<string, long> Reasons,
    long Valid,
    long Invalid,
    long Unchecked,
    long Terms,
    IReadOnlyDictionary<string, long> Upto,
    long Pending,
    string Compression,
    LastRun? Last);

/// <summary>The newest finished or running run.</summary>
public sealed record LastRun(long Run, string Verb, DateTime Started, DateTime? Finished, RunTotals Totals);

/// <summary>The account of every input ever offered (schema intake).</summary>
public sealed class Ledger(NpgsqlDataSource database)
{
    public Task<long> StartRunAsync(string verb, CancellationToken cancellationToken) => throw new NotImplementedException(database.ToString());

    public Task FinishRunAsync(long run, RunTotals totals, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The known ones of these inputs, by name hash in hex.</summary>
    public Task<IReadOnlyDictionary<string, KnownInput>> FindAsync(IReadOnlyCollection<byte[]> nameHashes, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Records inputs outside of a batch: skipped and quarantined ones, and unchanged ones that need no write.</summary>
    public Task RecordAsync(long run, IReadOnlyCollection<InputRecord> inputs, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Every input, or those with one outcome, in name order.</summary>
    public IAsyncEnumerable<InputLine> InputsAsync(string? outcome, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<StoreStatus> StatusAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes every resource, input record and quarantine entry; keeps schema, page key and terms. Page links from before answer 410.</summary>
    public Task PurgeAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

}
