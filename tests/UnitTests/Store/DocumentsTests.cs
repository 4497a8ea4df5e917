using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.UnitTests.Store;

/// <summary>Documents by COPY: what stands in its text, and how its bytes are taken apart.</summary>
public sealed partial class DocumentsTests
{
    [GeneratedRegex(@"^copy \(select r\.document from unnest\('\{-?\d+(,-?\d+)*\}'::bigint\[\]\) with ordinality v\(id, position\) join resource r on r\.resource_id = v\.id order by v\.position\) to stdout \(format binary\)$")]
    private static partial Regex Allowed { get; }

    [Fact]
    public void Integers_are_the_only_values_in_the_text()
    {
        var text = Documents.CopyText([new(17, 1), new(long.MaxValue, 2), new(long.MinValue, 3)]);

        Assert.Matches(Allowed, text);
        Assert.Contains("'{17,9223372036854775807,-9223372036854775808}'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_a_binary_copy_come_apart_byte_by_byte()
    {
        string[] texts = ["{\"a\":1}", "", "ä€"];

        var parts = Documents.Split(Copied(texts), texts.Length);

        Assert.Equal(texts, parts.Select(part => Encoding.UTF8.GetString(part.Span)));
    }

    static byte[] Copied(string[] texts)
    {
        using var output = new MemoryStream();
        output.Write("PGCOPY\n"u8);
        output.Write([0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        foreach (var text in texts)
        {
            var (bytes, tuple) = (Encoding.UTF8.GetBytes(text), new byte[6]);
            BinaryPrimitives.WriteInt16BigEndian(tuple, 1);
            BinaryPrimitives.WriteInt32BigEndian(tuple.AsSpan(2), bytes.Length);
            output.Write([.. tuple, .. bytes]);
        }

        output.Write([0xFF, 0xFF]);
        return output.ToArray();
    }
}
