using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Collects the rows of one page: current documents of rows that stood at the horizon, until the page is full.</summary>
sealed class PageRows(NpgsqlConnection connection, ServedType type, long horizon, int count, int maxBytes)
{
    readonly List<StoredResource> resources = [];
    long bytes;

    public IReadOnlyList<StoredResource> Resources => resources;

    /// <summary>Search number of the last resource on the page.</summary>
    public long Last { get; private set; }

    /// <summary>True when a match behind the page was seen.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Adds the rows of these numbers. True when the page is full and a further match was seen.</summary>
    public async Task<bool> AddAsync(List<long> numbers, CancellationToken cancellationToken)
    {
        for (var from = 0; from < numbers.Count && !HasMore;)
        {
            var portion = numbers.GetRange(from, Math.Min(count + 1 - resources.Count, numbers.Count - from));
            from += portion.Count;
            await ReadAsync(portion, cancellationToken);
        }

        return HasMore;
    }

    async Task ReadAsync(List<long> numbers, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.no, r.id, r.version, r.last_updated, r.document
              from search_row s join resource r on r.resource_id = s.resource_id
             where s.type = $1 and s.no = any($2) and (s.gone_at is null or s.gone_at > $3) and not r.deleted
             order by s.no
            """,
            connection);
        command.Parameters.AddWithValue(type.Number);
        command.Parameters.AddWithValue(numbers);
        command.Parameters.AddWithValue(horizon);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var document = reader.GetString(4);
            bytes += document.Length;
            if (resources.Count == count || (resources.Count > 0 && bytes > maxBytes))
            {
                HasMore = true;
                return;
            }

            resources.Add(new StoredResource(type, reader.GetString(1), reader.GetInt32(2), reader.GetDateTime(3), document));
            Last = reader.GetInt64(0);
        }
    }
}
