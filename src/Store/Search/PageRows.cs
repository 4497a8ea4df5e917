using Dicom2Fhir.Store.Outlines;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Collects the rows of one page: current documents, or outlines, of rows that stood at the horizon, until the page is full.</summary>
/// <param name="elements">Root elements that are wanted; null: whole documents.</param>
sealed class PageRows(NpgsqlConnection connection, int count, int maxBytes, IReadOnlySet<string>? elements)
{
    // Documents have 2 kB or 2 MB: a first look says how many of them fill the page.
    const int FirstLook = 64;

    // Documents that are read for nothing, behind the end of the page, have no more bytes than this. Larger ones are read when the page is complete.
    const int MostUnused = 16 * 1024 * 1024;

    // Of each row that stood at the horizon: key, size of the document, and one of the two.
    const string Columns = "s.no, r.resource_id, r.id, r.version, r.last_updated, octet_length(r.document)";
    const string Rows =
        """
          from unnest($2) with ordinality n(no, position)
          join search_row s on s.type = $1 and s.no = n.no
          join resource r on r.resource_id = s.resource_id
         where (s.gone_at is null or s.gone_at > $3) and not r.deleted
         order by n.position
        """;
    const string Outlines = $"select {Columns}, r.form, r.outline\n{Rows}";
    const string Documents = $"select {Columns}, case when octet_length(r.document) <= $4 then r.document end\n{Rows}";

    readonly List<StoredResource> resources = [];
    readonly List<long> resourceIds = [];
    readonly SortedDictionary<int, int> missing = [];       // place on the page -> bytes of its document
    ServedType type = ServedType.ImagingStudy;
    long horizon;
    long bytes;
    bool outlined;
    int search;

    /// <summary>What is on the page; complete once it is loaded.</summary>
    public IReadOnlyList<StoredResource> Resources => resources;

    /// <summary>Where the documents lie.</summary>
    public DocumentMemory Memory { get; } = new();

    /// <summary>Keys of the resources in the table of resources.</summary>
    public IEnumerable<long> ResourceIds => resourceIds;

    public int Count => count;

    /// <summary>Which of the types searched the last resource is of.</summary>
    public int Search { get; private set; }

    /// <summary>Search number of the last resource on the page.</summary>
    public long Last { get; private set; }

    /// <summary>True when a match behind the page was seen.</summary>
    public bool HasMore { get; private set; }

    /// <summary>What is added from now on is of this type.</summary>
    public void Begin(ServedType of, long upto, int index)
    {
        (type, horizon, search) = (of, upto, index);
        outlined = elements?.IsSubsetOf(Outline.Members(of)) ?? false;
    }

    /// <summary>Adds the rows of these numbers, in this order. True when the page is full and a further match was seen.</summary>
    public async Task<bool> AddAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        for (var from = 0; from < numbers.Count && !HasMore;)
        {
            long[] portion = [.. numbers.Skip(from).Take(Portion())];
            from += portion.Length;
            await ReadAsync(portion, cancellationToken);
        }

        return HasMore;
    }

    /// <summary>Reads what the page still lacks, when its end is known.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await OutlineForms.ReadAsync(connection, resources.Select(resource => resource.Outline).OfType<Outline>().Select(outline => outline.Form), cancellationToken);
        if (missing.Count == 0) return;
        await using var command = new NpgsqlCommand(
            "select r.document from unnest($1) with ordinality v(id, position) join resource r on r.resource_id = v.id order by v.position", connection);
        command.Parameters.AddWithValue(missing.Keys.Select(place => resourceIds[place]).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        foreach (var (place, length) in missing)
        {
            await reader.ReadAsync(cancellationToken);
            resources[place] = resources[place] with { Document = Document(reader, 0, length) };
        }
    }

    // One more than the page has room for says whether there is more.
    int Portion()
    {
        var wanted = Math.Max(count + 1 - resources.Count, 1);
        if (outlined) return wanted;
        var room = resources.Count == 0 ? FirstLook : Math.Max(maxBytes - bytes, 0) / (bytes / resources.Count) + 1;
        return (int)Math.Min(wanted, room);
    }

    async Task ReadAsync(long[] numbers, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(outlined ? Outlines : Documents, connection);
        command.Parameters.AddWithValue(type.Number);
        command.Parameters.AddWithValue(numbers);
        command.Parameters.AddWithValue(horizon);
        if (!outlined) command.Parameters.AddWithValue(numbers.Length == 1 ? int.MaxValue : MostUnused / numbers.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var length = reader.GetInt32(5);
            var outline = outlined && !reader.IsDBNull(6) ? new Outline(reader.GetInt64(6), reader.GetString(7)) : null;
            bytes += outline is null ? length : OutlineForms.LengthOf(outline);
            if (resources.Count == count || (resources.Count > 0 && bytes > maxBytes))
            {
                HasMore = true;
                return;
            }

            var isRead = outlined ? outline is not null : !reader.IsDBNull(6);
            if (!isRead) missing.Add(resources.Count, length);
            var document = outlined || !isRead ? default : Document(reader, 6, length);
            resources.Add(new StoredResource(type, reader.GetString(2), reader.GetInt32(3), reader.GetDateTime(4), document) { Outline = outline });
            resourceIds.Add(reader.GetInt64(1));
            (Last, Search) = (reader.GetInt64(0), search);
        }
    }

    ReadOnlyMemory<byte> Document(NpgsqlDataReader reader, int column, int length)
    {
        var room = Memory.Take(length);
        reader.GetBytes(column, 0, room.Array, room.Offset, length);
        return room;
    }
}
