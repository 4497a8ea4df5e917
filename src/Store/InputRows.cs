using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>The account of one input. Names are hashed by the caller: <see cref="NameHash"/> always, <see cref="Name"/> only when names are kept.</summary>
public sealed record InputRecord
{
    public required byte[] NameHash { get; init; }

    public string? Name { get; init; }

    public required long Size { get; init; }

    /// <summary>UTC; null for archive members, lines and entries.</summary>
    public DateTime? Modified { get; init; }

    public required string Outcome { get; init; }

    public string? Reason { get; init; }

    public string? Text { get; init; }

    public string? StudyUid { get; init; }

    public string? SeriesUid { get; init; }

    public string? SopUid { get; init; }

    /// <summary>Of the mapped attributes, or of the imported content.</summary>
    public byte[]? Hash { get; init; }

    /// <summary>Of what a correction replaced.</summary>
    public byte[]? ReplacedHash { get; init; }

    /// <summary>Name hash of the archive or DICOM JSON file it is in.</summary>
    public byte[]? Container { get; init; }
}

/// <summary>Writes rows of intake.input.</summary>
static class InputRows
{
    public static async Task SaveAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, long run, IReadOnlyCollection<InputRecord> inputs, CancellationToken cancellationToken)
    {
        if (inputs.Count == 0) return;
        var sorted = inputs.OrderBy(row => Convert.ToHexString(row.NameHash), StringComparer.Ordinal).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into intake.input as i (name_hash, name, size, modified, outcome, reason, text, study_uid, series_uid, sop_uid, hash, replaced_hash, container, run)
            select v.*, @run from unnest(@Hashes, @Names, @Sizes, @Modified, @Outcomes, @Reasons, @Texts, @Studies, @Series, @Sops, @Contents, @Replaced, @Containers) v
            on conflict (name_hash) do update
               set name = excluded.name, size = excluded.size, modified = excluded.modified, outcome = excluded.outcome, reason = excluded.reason,
                   text = excluded.text, study_uid = coalesce(excluded.study_uid, i.study_uid), series_uid = coalesce(excluded.series_uid, i.series_uid),
                   sop_uid = coalesce(excluded.sop_uid, i.sop_uid), hash = coalesce(excluded.hash, i.hash),
                   replaced_hash = coalesce(excluded.replaced_hash, i.replaced_hash), container = excluded.container, run = excluded.run,
                   recorded = clock_timestamp(), vanished = null
            """,
            new
            {
                run,
                Hashes = sorted.Select(row => row.NameHash).ToArray(),
                Names = sorted.Select(row => StoredText.Clean(row.Name)).ToArray(),
                Sizes = sorted.Select(row => row.Size).ToArray(),
                Modified = sorted.Select(row => row.Modified).ToArray(),
                Outcomes = sorted.Select(row => row.Outcome).ToArray(),
                Reasons = sorted.Select(row => row.Reason).ToArray(),
                Texts = sorted.Select(row => StoredText.Clean(row.Text)).ToArray(),
                Studies = sorted.Select(row => StoredText.Clean(row.StudyUid)).ToArray(),
                Series = sorted.Select(row => StoredText.Clean(row.SeriesUid)).ToArray(),
                Sops = sorted.Select(row => StoredText.Clean(row.SopUid)).ToArray(),
                Contents = sorted.Select(row => row.Hash).ToArray(),
                Replaced = sorted.Select(row => row.ReplacedHash).ToArray(),
                Containers = sorted.Select(row => row.Container).ToArray(),
            },
            transaction, cancellationToken: cancellationToken));
    }
}
