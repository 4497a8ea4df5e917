using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Collects the rows of one page: current documents of rows that stood at the horizon, until the page is full.</summary>
sealed class PageRows(NpgsqlConnection connection, int count, int maxBytes)
{
    readonly List<StoredResource> resources = [];
    readonly List<DocumentKey> documents = [];
    ServedType type = ServedType.ImagingStudy;
    long horizon;
    long bytes;

    /// <summary>What is on the page; with its documents once they are loaded.</summary>
    public IReadOnlyList<StoredResource> Resources => resources;

    /// <summary>Keys of the resources in the table of resources.</summary>
    public IEnumerable<long> ResourceIds => documents.Select(document => document.ResourceId);

    public int Count => count;

    /// <summary>Which of the types searched the last resource is of.</summary>
    public int Search { get; private set; }

    /// <summary>Search number of the last resource on the page.</summary>
    public long Last { get; private set; }

    /// <summary>True when a match behind the page was seen.</summary>
    public bool HasMore { get; private set; }

    int search;

    /// <summary>What is added from now on is of this type.</summary>
    public void Begin(ServedType of, long upto, int index) => (type, horizon, search) = (of, upto, index);

    /// <summary>Adds the rows of these numbers, in this order. True when the page is full and a further match was seen.</summary>
    public async Task<bool> AddAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        for (var from = 0; from < numbers.Count && !HasMore;)
        {
            long[] portion = [.. numbers.Skip(from).Take(Math.Max(count + 1 - resources.Count, 1))];
            from += portion.Length;
            await ReadAsync(portion, cancellationToken);
        }

        return HasMore;
    }

    /// <summary>Reads the documents, when the page is complete.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var loaded = await Documents.ReadAsync(connection, documents, cancellationToken);
        for (var i = 0; i < resources.Count; i++) resources[i] = resources[i] with { Document = loaded[i] };
    }

    async Task ReadAsync(long[] numbers, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.no, r.id, r.version, r.last_updated, r.resource_id, octet_length(r.document)
              from unnest($2) with ordinality n(no, position)
              join search_row s on s.type = $1 and s.no = n.no
              join resource r on r.resource_id = s.resource_id
             where (s.gone_at is null or s.gone_at > $3) and not r.deleted
             order by n.position
            """,
            connection);
        command.Parameters.AddWithValue(type.Number);
        command.Parameters.AddWithValue(numbers);
        command.Parameters.AddWithValue(horizon);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var document = new DocumentKey(reader.GetInt64(4), reader.GetInt32(5));
            bytes += document.Bytes;
            if (resources.Count == count || (resources.Count > 0 && bytes > maxBytes))
            {
                HasMore = true;
                return;
            }

            resources.Add(new StoredResource(type, reader.GetString(1), reader.GetInt32(2), reader.GetDateTime(3), default));
            documents.Add(document);
            (Last, Search) = (reader.GetInt64(0), search);
        }
    }
}
