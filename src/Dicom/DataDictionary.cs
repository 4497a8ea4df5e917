using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// The data dictionary (PS3.6 chapters 6 to 8), one row "tag, VR, VM, keyword" a line in Dictionary.tsv. Only tags and VRs are taken apart at the first use;
/// VM and keyword are read from the text when somebody asks.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "PS3.6 is the data dictionary")]
public static class DataDictionary
{
    static readonly Lazy<Rows> Loaded = new(Rows.Load);

    /// <summary>The VR letters of a standard attribute, alternatives joined by '|' ("US|SS"); null for private and unknown tags.</summary>
    public static string? VrOf(Tag tag) => Loaded.Value.Vr(tag.Value);

    /// <summary>The keyword, "BodyPartExamined"; null for private and unknown tags.</summary>
    public static string? KeywordOf(Tag tag) => Loaded.Value.Column(tag.Value, 3);

    /// <summary>The value multiplicity, "1-n"; null for private and unknown tags.</summary>
    public static string? MultiplicityOf(Tag tag) => Loaded.Value.Column(tag.Value, 2);

    sealed class Rows(byte[] text, uint[] tags, int[] starts, string[] vrs, Dictionary<uint, string> repeating, Dictionary<uint, int> repeatingStarts)
    {
        public static Rows Load()
        {
            var text = ReadResource();
            List<uint> tags = new(5200);
            List<int> starts = new(5200);
            List<string> vrs = new(5200);
            Dictionary<uint, string> repeating = [];
            Dictionary<uint, int> repeatingStarts = [];
            Dictionary<int, string> pool = [];
            for (var start = 0; start < text.Length;)
            {
                var line = text.AsSpan(start, text.AsSpan(start).IndexOf((byte)'\n'));
                var vrBytes = line[9..];
                vrBytes = vrBytes[..vrBytes.IndexOf((byte)'\t')];
                var vr = Pooled(pool, vrBytes);
                if (line[..8].Contains((byte)'x'))
                {
                    // "50xx0010", "60xx3000": the groups 5000-50FF and 6000-60FF; other repeaters are retired compression tables.
                    if (line[2] == 'x' && uint.TryParse(Encoding.ASCII.GetString(line[..8]).Replace("xx", "00", StringComparison.Ordinal),
                        NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var repeated))
                    {
                        repeating[repeated] = vr;
                        repeatingStarts[repeated] = start;
                    }
                }
                else
                {
                    tags.Add(uint.Parse(line[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    starts.Add(start);
                    vrs.Add(vr);
                }

                start += line.Length + 1;
            }

            return new([.. text], [.. tags], [.. starts], [.. vrs], repeating, repeatingStarts);
        }

        public string? Vr(uint tag)
        {
            var at = Array.BinarySearch(tags, tag);
            return at >= 0 ? vrs[at] : repeating.GetValueOrDefault(tag & 0xFF00FFFF) is { } vr && IsRepeating(tag) ? vr : null;
        }

        public string? Column(uint tag, int column)
        {
            var at = Array.BinarySearch(tags, tag);
            int start;
            if (at >= 0) start = starts[at];
            else if (!IsRepeating(tag) || !repeatingStarts.TryGetValue(tag & 0xFF00FFFF, out start)) return null;
            var length = text.AsSpan(start).IndexOf((byte)'\n');
            return Encoding.ASCII.GetString(text, start, length).Split('\t')[column];
        }

        static bool IsRepeating(uint tag) => (tag >> 24) is 0x50 or 0x60 && (tag & 0x00010000) == 0;

        static string Pooled(Dictionary<int, string> pool, ReadOnlySpan<byte> letters)
        {
            var key = (letters[0] << 8) | letters[1] | (letters.Length << 16);
            if (pool.TryGetValue(key, out var known) && known.Length == letters.Length && Ascii.Equals(letters, known)) return known;
            return pool[key] = Encoding.ASCII.GetString(letters);
        }

        static byte[] ReadResource()
        {
            using var stream = typeof(DataDictionary).Assembly.GetManifestResourceStream("Dictionary.tsv")!;
            var text = new byte[stream.Length];
            stream.ReadExactly(text);
            return text;
        }
    }
}
