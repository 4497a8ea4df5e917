using System.Collections;
using Dicom2Fhir.Store.Outlines;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Collects the rows of one page: current documents, or outlines, of rows that stood at the horizon, until the page is full.</summary>
/// <param name="elements">Root elements that are wanted; null: whole documents.</param>
sealed class PageRows(NpgsqlConnection connection, int count, int maxBytes, IReadOnlySet<string>? elements)
{
    // Documents have 2 kB or 2 MB: pages before, or a first look, say how many of them fill the page.
    const int FirstLook = 64;

    // By type number: bytes of a document on the last full page.
    static readonly int[] Usual = new int[ServedType.All.Max(type => type.Number) + 1];

    // Documents that are read for nothing, behind the end of the page, have no more bytes than this. Larger ones are read when the page is complete.
    const int MostUnused = 16 * 1024 * 1024;

    // Where most rows are gone, more and more are asked for: a page that lacks one would ask for two at a time.
    const int MostSpread = 1024;

    // Rows of numbers that lie closer are read as a range of the index, in its order and without sorting: 1.4 ms a thousand instead of 2.3.
    const int Dense = 4;

    // Of each row that stood at the horizon.
    const string Columns = "s.no, r.resource_id, r.id, r.version, r.last_updated, octet_length(r.document)";
    const string Outlines = $"select {Columns}, r.form, r.outline, case when r.outline is null and octet_length(r.document) <= $4 then r.document end";
    const string Documents = $"select {Columns}, null::bigint, null::text, case when octet_length(r.document) <= $4 then r.document end";
    const string Standing = "(s.gone_at is null or s.gone_at > $3) and not r.deleted";
    const string Listed =
        $"""

          from unnest($2) with ordinality n(no, position)
          join search_row s on s.type = $1 and s.no = n.no
          join resource r on r.resource_id = s.resource_id
         where {Standing}
         order by n.position
        """;
    const string Ranged =
        $"""

          from search_row s
          join resource r on r.resource_id = s.resource_id
         where s.type = $1 and s.no between $5 and $6 and get_bit($2, (s.no - $5)::integer) = 1 and {Standing}
         order by s.no
        """;

    readonly List<StoredResource> resources = [];
    readonly List<long> resourceIds = [];
    readonly SortedDictionary<int, int> missing = [];       // place on the page -> bytes of its document
    ServedType type = ServedType.ImagingStudy;
    long horizon;
    long bytes;
    int spread = 1;
    bool outlined;
    bool? holds;
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

    /// <summary>Set when the numbers are those of a kept search and no transaction is open.</summary>
    public KeptSearch? Kept { get; init; }

    /// <summary>True when rows of a kept search were read and its numbers held each time.</summary>
    public bool Holds => holds == true;

    /// <summary>True when a match behind the page was seen.</summary>
    public bool HasMore { get; private set; }

    /// <summary>What is added from now on is of this type.</summary>
    public void Begin(ServedType of, long upto, int index)
    {
        (type, horizon, search) = (of, upto, index);
        outlined = elements?.IsSubsetOf(Outline.Members(of)) ?? false;
    }

    /// <summary>Messages to the database, those of <see cref="LoadAsync"/> aside.</summary>
    public int Messages { get; private set; }

    /// <summary>Adds the rows of these numbers, in this order. True when the page is full and a further match was seen.</summary>
    public async Task<bool> AddAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        for (var from = 0; from < numbers.Count && !HasMore;)
        {
            long[] portion = [.. numbers.Skip(from).Take(Portion() * spread)];
            var before = resources.Count;
            from += portion.Length;
            await ReadAsync(portion, cancellationToken);
            spread = (resources.Count - before) * 2 < portion.Length ? Math.Min(spread * 2, MostSpread) : 1;
        }

        return HasMore;
    }

    /// <summary>Reads what the page still lacks, when its end is known. False when a document was changed since: only without a transaction.</summary>
    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        await OutlineForms.ReadAsync(connection, resources.Select(resource => resource.Outline).OfType<Outline>().Select(outline => outline.Form), cancellationToken);
        if (missing.Count == 0) return true;
        await using var command = new NpgsqlCommand(
            """
            select r.document from unnest($1, $2) with ordinality v(id, version, position) join resource r on r.resource_id = v.id and r.version = v.version
             where not r.deleted
             order by v.position
            """,
            connection);
        command.Parameters.AddWithValue(missing.Keys.Select(place => resourceIds[place]).ToArray());
        command.Parameters.AddWithValue(missing.Keys.Select(place => resources[place].Version).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        foreach (var (place, length) in missing)
        {
            if (!await reader.ReadAsync(cancellationToken)) return false;
            resources[place] = resources[place] with { Document = Document(reader, 0, length) };
        }

        return true;
    }

    // One more than the page has room for says whether there is more.
    int Portion()
    {
        var wanted = Math.Max(count + 1 - resources.Count, 1);
        if (outlined) return wanted;
        return (int)Math.Min(wanted, resources.Count > 0 ? Room(maxBytes - bytes, bytes / resources.Count) : Usual[type.Number] is > 0 and var usual ? Room(maxBytes, usual) : FirstLook);
    }

    // A few more than the mean says: the last ones are seldom asked for in a message of their own then.
    static long Room(long left, long each) => Math.Max(left, 0) / each * 33 / 32 + 1;

    async Task ReadAsync(long[] numbers, CancellationToken cancellationToken)
    {
        Messages++;
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RowsOf(numbers) } };
        if (Kept is not null) batch.BatchCommands.Add(TypeState.Watermark(type));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (!HasMore && await reader.ReadAsync(cancellationToken)) Take(reader);
        if (Kept is null) return;
        await reader.NextResultAsync(cancellationToken);
        holds = holds != false && await reader.ReadAsync(cancellationToken) && Kept.Holds(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(4));
    }

    NpgsqlBatchCommand RowsOf(long[] numbers)
    {
        var isDense = IsDense(numbers);
        var command = new NpgsqlBatchCommand((outlined ? Outlines : Documents) + (isDense ? Ranged : Listed));
        command.Parameters.AddWithValue(type.Number);
        command.Parameters.AddWithValue(isDense ? BitsOf(numbers) : numbers);
        command.Parameters.AddWithValue(horizon);
        command.Parameters.AddWithValue(numbers.Length == 1 ? int.MaxValue : MostUnused / numbers.Length);
        if (!isDense) return command;
        command.Parameters.AddWithValue(numbers[0]);
        command.Parameters.AddWithValue(numbers[^1]);
        return command;
    }

    static bool IsDense(long[] numbers)
    {
        for (var i = 1; i < numbers.Length; i++)
        {
            if (numbers[i] <= numbers[i - 1]) return false;
        }

        return numbers[^1] - numbers[0] < (long)Dense * numbers.Length;
    }

    static BitArray BitsOf(long[] numbers)
    {
        var bits = new BitArray((int)(numbers[^1] - numbers[0]) + 1);
        foreach (var number in numbers) bits[(int)(number - numbers[0])] = true;
        return bits;
    }

    void Take(NpgsqlDataReader reader)
    {
        var length = reader.GetInt32(5);
        var outline = reader.IsDBNull(7) ? null : new Outline(reader.GetInt64(6), reader.GetString(7));
        bytes += outline is null ? length : OutlineForms.LengthOf(outline);
        if (resources.Count == count || (resources.Count > 0 && bytes > maxBytes))
        {
            HasMore = true;
            if (!outlined) Usual[type.Number] = (int)Math.Min(Math.Max((bytes - length) / resources.Count, 1), int.MaxValue);
            return;
        }

        var isThere = !reader.IsDBNull(8);
        if (outline is null && !isThere) missing.Add(resources.Count, length);
        var document = isThere ? Document(reader, 8, length) : default;
        resources.Add(new StoredResource(type, reader.GetString(2), reader.GetInt32(3), reader.GetDateTime(4), document) { Outline = outline });
        resourceIds.Add(reader.GetInt64(1));
        (Last, Search) = (reader.GetInt64(0), search);
    }

    ReadOnlyMemory<byte> Document(NpgsqlDataReader reader, int column, int length)
    {
        var room = Memory.Take(length);
        reader.GetBytes(column, 0, room.Array, room.Offset, length);
        return room;
    }
}
