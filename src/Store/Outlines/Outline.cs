using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.Store.Outlines;

/// <summary>
/// What lists mostly ask of a resource: resourceType, id, meta, the mandatory root elements of its type, subject, patient, started and status, as the
/// document has them. Split in two: the form, which nearly all resources of an origin share (meta and codes, with places), and the values that stand at
/// those places.
/// </summary>
/// <param name="Form">Number of the form: <see cref="OutlineForms"/>.</param>
/// <param name="Values">JSON values in the order of the places, parted by <see cref="OutlineParts.Between"/>.</param>
public sealed record Outline(long Form, string Values)
{
    // An outline that costs more than this is better read from the document. In characters.
    internal const int LongestForm = 2_000;
    const int LongestValues = 1_000;
    const int MostValues = OutlineParts.Last - OutlineParts.FirstValue + 1;

    static readonly FrozenDictionary<ServedType, FrozenSet<string>> MembersOf = ServedType.All.ToFrozenDictionary(
        type => type,
        type => FrozenSet.Create([.. "resourceType id meta subject patient started status".Split(' '), .. RootElements.Mandatory(type.Name)]));

    static readonly FrozenDictionary<ServedType, FrozenSet<string>> FormMembersOf = ServedType.All.ToFrozenDictionary(
        type => type,
        type => FrozenSet.Create(["resourceType", "status", .. RootElements.MandatoryCodes(type.Name)]));

    /// <summary>The root elements an outline of the type holds, as far as the resource has them.</summary>
    public static IReadOnlySet<string> Members(ServedType type) => MembersOf[type];

    /// <summary>Form and values; null when the document has no outline: it is of an unusual shape, or the outline would be too long.</summary>
    /// <param name="document">The stored text: without white space, with this version and time.</param>
    internal static (string Form, string Values)? Split(ServedType type, string id, int version, DateTime lastUpdated, string document)
    {
        if (document.AsSpan().ContainsAnyInRange(OutlineParts.Id, OutlineParts.Last)) return null;
        var cut = new Cut(Encoding.UTF8.GetBytes(document), MembersOf[type], FormMembersOf[type], id, version, lastUpdated);
        var (form, values) = (cut.Run(), cut.Values);
        return form is null || cut.Count > MostValues || form.Length > LongestForm || values.Length > LongestValues ? null : (form, values);
    }

    /// <summary>Number of a form: 64 bits of a SHA-256 of it, so a number means the same text in every database.</summary>
    internal static long NumberOf(string form) => Hashes.Exact(form);

    sealed class Cut(byte[] document, FrozenSet<string> members, FrozenSet<string> inForm, string id, int version, DateTime lastUpdated)
    {
        readonly StringBuilder form = new();
        readonly List<string> values = [];

        public int Count => values.Count;

        public string Values => string.Join(OutlineParts.Between, values);

        public string? Run()
        {
            var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = ResourceText.DeepestJson });
            reader.Read();
            return Object(ref reader, isMeta: false) ? form.ToString() : null;
        }

        // False: a shape that filtering the document could answer otherwise than filtering the form.
        bool Object(ref Utf8JsonReader reader, bool isMeta)
        {
            var seen = new HashSet<string>();
            form.Append('{');
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                var start = (int)reader.TokenStartIndex;
                reader.Read();
                if (!isMeta && !members.Contains(name.TrimStart('_')))
                {
                    reader.Skip();
                    continue;
                }

                if (!seen.Add(name)) return false;
                if (seen.Count > 1) form.Append(',');
                form.Append(Text(start, (int)reader.TokenStartIndex));
                if (!(isMeta ? MetaValue(name, ref reader) : RootValue(name, ref reader))) return false;
            }

            form.Append('}');
            return isMeta ? seen.Contains("versionId") && seen.Contains("lastUpdated") : seen.Contains("id") && seen.Contains("meta");
        }

        bool RootValue(string name, ref Utf8JsonReader reader)
        {
            if (name == "meta") return reader.TokenType == JsonTokenType.StartObject && Object(ref reader, isMeta: true);
            var text = Value(ref reader);
            if (name == "id") return Known(OutlineParts.Id, text, id);
            if (inForm.Contains(name)) form.Append(text);
            else Place(text);
            return true;
        }

        // The source of an import may be another for each resource.
        bool MetaValue(string name, ref Utf8JsonReader reader)
        {
            var text = Value(ref reader);
            if (name == "versionId") return Known(OutlineParts.Version, text, OutlineParts.TextOf(version));
            if (name == "lastUpdated") return Known(OutlineParts.LastUpdated, text, ResourceText.Instant(lastUpdated));
            if (name == "source") Place(text);
            else form.Append(text);
            return true;
        }

        // What the row says in columns of its own.
        bool Known(char place, string text, string known)
        {
            form.Append('"').Append(place).Append('"');
            return text == $"\"{known}\"";
        }

        void Place(string text)
        {
            form.Append('"').Append((char)(OutlineParts.FirstValue + values.Count)).Append('"');
            values.Add(text);
        }

        string Value(ref Utf8JsonReader reader)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return Text(start, (int)reader.BytesConsumed);
        }

        string Text(int from, int to) => Encoding.UTF8.GetString(document, from, to - from);
    }
}
