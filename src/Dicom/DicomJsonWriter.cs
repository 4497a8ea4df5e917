using System.Globalization;
using System.Text.Json;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// Writes a header as one object of the DICOM JSON model (PS3.18 section F.2): elements before group 7FE0, without group 0002; OB OD OF OL OV OW UN
/// with their VR only.
/// </summary>
public static class DicomJsonWriter
{
    // Integers beyond are not exact in readers that hold numbers as doubles (RFC 8259 section 6).
    const long SafeInteger = 1L << 53;

    static readonly string[] NameGroups = ["Alphabetic", "Ideographic", "Phonetic"];

    public static void Write(Utf8JsonWriter writer, DataSet dataSet)
    {
        writer.WriteStartObject();
        foreach (var element in dataSet.Elements)
        {
            if (element.Tag.Group is 0x0002 or >= 0x7FE0) continue;
            writer.WriteStartObject(element.Tag.Value.ToString("X8", CultureInfo.InvariantCulture));
            writer.WriteString("vr", element.Vr);
            WriteValue(writer, element);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static void WriteValue(Utf8JsonWriter writer, Element element)
    {
        if (element.Items.Count > 0)
        {
            writer.WriteStartArray("Value");
            foreach (var item in element.Items) Write(writer, item);
            writer.WriteEndArray();
        }
        else if (element.Values.Any(value => value.Length > 0))
        {
            writer.WriteStartArray("Value");
            // What is written is UTF-8, whatever was read (PS3.18 section F.2.1.1.1).
            if (element.Tag.Value == 0x00080005) writer.WriteStringValue("ISO_IR 192");
            else foreach (var value in element.Values) WriteValue(writer, element.Vr, value);
            writer.WriteEndArray();
        }
    }

    static void WriteValue(Utf8JsonWriter writer, string vr, string value)
    {
        switch (vr)
        {
            case "PN" when value.Length > 0:
                WriteName(writer, value);
                break;
            case "DS" or "IS" or "FL" or "FD" or "SL" or "SS" or "SV" or "UL" or "US" or "UV" when value.Length > 0:
                WriteNumber(writer, vr, value);
                break;
            default:
                if (value.Length == 0) writer.WriteNullValue();
                else writer.WriteStringValue(value);
                break;
        }
    }

    static void WriteName(Utf8JsonWriter writer, string value)
    {
        var groups = value.Split('=', NameGroups.Length);
        writer.WriteStartObject();
        for (var i = 0; i < groups.Length; i++)
        {
            if (groups[i].Trim() is { Length: > 0 } group) writer.WriteString(NameGroups[i], group);
        }

        writer.WriteEndObject();
    }

    /// <summary>A number where JSON can hold it exactly as meant, else the text (both are allowed, PS3.18 table F.2.3-1).</summary>
    static void WriteNumber(Utf8JsonWriter writer, string vr, string value)
    {
        var culture = CultureInfo.InvariantCulture;
        if (vr is "SV" or "UV" or "IS")
        {
            if (long.TryParse(value, NumberStyles.AllowLeadingSign, culture, out var whole) && Math.Abs((decimal)whole) <= SafeInteger) writer.WriteNumberValue(whole);
            else writer.WriteStringValue(value);
        }
        else if (vr is "DS" && decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, culture, out var exact)) writer.WriteNumberValue(exact);
        else if (vr is "FL" && float.TryParse(value, NumberStyles.Float, culture, out var single) && float.IsFinite(single)) writer.WriteNumberValue((double)single);
        else if (double.TryParse(value, NumberStyles.Float, culture, out var number) && double.IsFinite(number)) writer.WriteNumberValue(number);
        else writer.WriteStringValue(value);
    }
}
