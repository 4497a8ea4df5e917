using System.Buffers;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Outlines;

/// <summary>
/// A form, cut to the members that are wanted, taken apart at its places. A place is a JSON string of one noncharacter (Unicode 23.7: for use inside a
/// program), so that a form is JSON and can be filtered like a document.
/// </summary>
public sealed class OutlineParts
{
    internal const char Id = '\uFDD0';
    internal const char Version = '\uFDD1';
    internal const char LastUpdated = '\uFDD2';

    /// <summary>Place of the first value, followed by those of the others.</summary>
    internal const char FirstValue = '\uFDD3';

    internal const char Last = '\uFDEF';

    /// <summary>Stands between two values: never within JSON without white space.</summary>
    internal const char Between = '\n';

    readonly List<(byte[] Before, char Place)> parts = [];
    readonly byte[] end;

    /// <param name="form">UTF-8.</param>
    public OutlineParts(ReadOnlySpan<byte> form)
    {
        var rest = Encoding.UTF8.GetString(form);
        for (int at; (at = rest.AsSpan().IndexOfAnyInRange(Id, Last)) >= 0; rest = rest[(at + 2)..])
        {
            parts.Add((Encoding.UTF8.GetBytes(rest[..(at - 1)]), rest[at]));
        }

        end = Encoding.UTF8.GetBytes(rest);
    }

    /// <summary>Writes the outline of a resource as JSON.</summary>
    public void Write(IBufferWriter<byte> output, StoredResource resource)
    {
        foreach (var (before, place) in parts)
        {
            output.Write(before);
            switch (place)
            {
                case Id:
                    Quoted(output, resource.Id);
                    break;
                case Version:
                    Quoted(output, TextOf(resource.Version));
                    break;
                case LastUpdated:
                    Quoted(output, ResourceText.Instant(resource.LastUpdated));
                    break;
                default:
                    Encoding.UTF8.GetBytes(ValueOf(resource.Outline!.Values, place - FirstValue), output);
                    break;
            }
        }

        output.Write(end);
    }

    internal static string TextOf(int version) => version.ToString(CultureInfo.InvariantCulture);

    static ReadOnlySpan<char> ValueOf(ReadOnlySpan<char> values, int index)
    {
        for (; index > 0; index--) values = values[(values.IndexOf(Between) + 1)..];
        var next = values.IndexOf(Between);
        return next < 0 ? values : values[..next];
    }

    static void Quoted(IBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        Encoding.UTF8.GetBytes(text, output);
        output.Write("\""u8);
    }
}
