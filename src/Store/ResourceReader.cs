using System.Text;
using Dicom2Fhir.Store.Outlines;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A stored resource as it is sent.</summary>
/// <param name="LastUpdated">UTC, milliseconds.</param>
/// <param name="Document">The finished JSON, UTF-8; empty where its outline was enough.</param>
public sealed record StoredResource(ServedType Type, string Id, int Version, DateTime LastUpdated, ReadOnlyMemory<byte> Document)
{
    /// <summary>Of a search that wants no more of it than its outline holds; null: the document is there.</summary>
    public Outline? Outline { get; init; }

    public string Text => Encoding.UTF8.GetString(Document.Span);
}

/// <summary>Answer of a read.</summary>
public abstract record ReadResult
{
    public sealed record Found(StoredResource Resource) : ReadResult;

    public sealed record Gone(int Version) : ReadResult;

    public sealed record NotFound : ReadResult;
}

/// <summary>Reads by type and id: sees every commit, folded or not.</summary>
public sealed class ResourceReader(NpgsqlDataSource database)
{
    public async Task<ReadResult> ReadAsync(ServedType type, string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select version, last_updated, deleted, document from resource where type = $1 and id = $2 and version > 0");
        command.Parameters.AddWithValue(type.Number);
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return new ReadResult.NotFound();
        return reader.GetBoolean(2)
            ? new ReadResult.Gone(reader.GetInt32(0))
            : new ReadResult.Found(new StoredResource(type, id, reader.GetInt32(0), reader.GetDateTime(1), reader.GetFieldValue<byte[]>(3)));
    }
}
