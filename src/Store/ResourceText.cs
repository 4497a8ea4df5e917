using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Store;

/// <summary>
/// Works on the JSON text of a resource token by token, never reformatting: numbers, order and white space stay as they are. The content (design
/// decision 12) is the text without meta.versionId and meta.lastUpdated, their commas included, and without a meta that is empty then.
/// </summary>
static class ResourceText
{
    const int DeepestJson = 64;

    /// <summary>SHA-256 of the content.</summary>
    public static byte[] ContentHash(string json) => SHA256.HashData(Content(Encoding.UTF8.GetBytes(json)));

    /// <summary>The text with this version and time in meta; a meta is made when there is none.</summary>
    public static string WithVersion(string json, int version, DateTime lastUpdated)
    {
        var content = Content(Encoding.UTF8.GetBytes(json));
        var stamp = $"\"versionId\":\"{version.ToString(CultureInfo.InvariantCulture)}\",\"lastUpdated\":\"{Instant(lastUpdated)}\"";
        var place = Place.Find(content);
        var text = place.InsideMeta
            ? stamp + (place.MetaIsEmpty ? "" : ",")
            : $",\"meta\":{{{stamp}}}";
        return string.Concat(Encoding.UTF8.GetString(content.AsSpan(0, place.At)), text, Encoding.UTF8.GetString(content.AsSpan(place.At)));
    }

    /// <summary>FHIR instant, UTC, milliseconds.</summary>
    public static string Instant(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The bytes that count as content.</summary>
    internal static byte[] Content(byte[] json)
    {
        var cuts = Cuts(json);
        if (cuts.Count == 0) return json;
        var output = new ArrayBufferWriter<byte>(json.Length);
        var from = 0;
        foreach (var (start, end) in cuts)
        {
            output.Write(json.AsSpan(from, start - from));
            from = end;
        }

        output.Write(json.AsSpan(from));
        return output.WrittenSpan.ToArray();
    }

    // The ranges of the two members, each with the comma that goes with it; or the whole of a meta that has nothing else.
    static List<(int Start, int End)> Cuts(byte[] json)
    {
        var members = Members(json);
        var meta = members.FindIndex(member => member.Name == "meta" && json[member.ValueStart] == (byte)'{');
        if (meta < 0) return [];
        var inner = Members(json, members[meta].ValueStart, members[meta].End);
        var stamps = inner.Where(member => member.Name is "versionId" or "lastUpdated").ToList();
        if (stamps.Count == 0 && inner.Count > 0) return [];
        if (stamps.Count == inner.Count) return [WithComma(json, members, meta)];
        return Runs(json, inner);
    }

    // Removing members from a list: each goes with the comma behind it, the last ones with the comma before.
    static List<(int Start, int End)> Runs(byte[] json, List<Member> members)
    {
        var cuts = new List<(int Start, int End)>();
        var lastKept = members.FindLastIndex(member => member.Name is not ("versionId" or "lastUpdated"));
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Name is not ("versionId" or "lastUpdated")) continue;
            if (i < lastKept)
            {
                cuts.Add((members[i].Start, members[i + 1].Start));
            }
            else
            {
                cuts.Add((members[lastKept].End, members[^1].End));
                break;
            }
        }

        return cuts;
    }

    static (int Start, int End) WithComma(byte[] json, List<Member> members, int index) =>
        index + 1 < members.Count ? (members[index].Start, members[index + 1].Start)
        : index > 0 ? (members[index - 1].End, members[index].End)
        : (members[index].Start, members[index].End);

    readonly record struct Member(string Name, int Start, int ValueStart, int End);

    static List<Member> Members(byte[] json, int from = 0, int to = -1)
    {
        var members = new List<Member>();
        var reader = new Utf8JsonReader(to < 0 ? json.AsSpan() : json.AsSpan(from, to - from), new JsonReaderOptions { MaxDepth = DeepestJson });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
            var name = reader.GetString()!;
            var start = from + (int)reader.TokenStartIndex;
            reader.Read();
            var valueStart = from + (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new Member(name, start, valueStart, from + (int)reader.BytesConsumed));
        }

        return members;
    }

    /// <summary>Where the stamp goes: at the start of meta, else behind id, else behind resourceType (the SDK's element order).</summary>
    readonly record struct Place(int At, bool InsideMeta, bool MetaIsEmpty)
    {
        public static Place Find(byte[] json)
        {
            var members = Members(json);
            foreach (var name in new[] { "meta", "id", "resourceType" })
            {
                var index = members.FindIndex(member => member.Name == name);
                if (index < 0) continue;
                return name == "meta"
                    ? new Place(members[index].ValueStart + 1, true, Members(json, members[index].ValueStart, members[index].End).Count == 0)
                    : new Place(members[index].End, false, false);
            }

            throw new StoreException("A resource without resourceType cannot be stored.");
        }
    }
}
