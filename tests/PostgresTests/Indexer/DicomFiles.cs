using System.Globalization;
using System.Text;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Header-only Part 10 files (PS3.10 section 7, explicit little endian) with the values a test needs.</summary>
static class DicomFiles
{
    const string CtImage = "1.2.840.10008.5.1.4.1.1.2";

    /// <summary>An instance of one CT series a study; values set or, with null, take out elements.</summary>
    public static byte[] Instance(int study, int instance = 1, int series = 1, params (uint Tag, string Vr, string? Value)[] values)
    {
        var uid = StudyUid(study);
        var elements = new SortedDictionary<uint, (string Vr, string Value)>
        {
            [0x00080016] = ("UI", CtImage),
            [0x00080018] = ("UI", Text($"{uid}.{series}.{instance}")),
            [0x00080020] = ("DA", "20240305"),
            [0x00080060] = ("CS", "CT"),
            [0x00080070] = ("LO", "ACME"),
            [0x00081030] = ("LO", "Thorax"),
            [0x00081090] = ("LO", Text($"Model {study % 3}")),
            [0x00100020] = ("LO", Text($"PAT{study % 50}")),
            [0x00180015] = ("CS", "CHEST"),
            [0x0020000D] = ("UI", uid),
            [0x0020000E] = ("UI", Text($"{uid}.{series}")),
            [0x00200013] = ("IS", Text($"{instance}")),
        };
        foreach (var (tag, vr, value) in values)
        {
            if (value is null) elements.Remove(tag);
            else elements[tag] = (vr, value);
        }

        byte[] meta = [.. Element(0x00020002, "UI", elements[0x00080016].Value), .. Element(0x00020003, "UI", elements[0x00080018].Value), .. Element(0x00020010, "UI", "1.2.840.10008.1.2.1")];
        return [.. new byte[128], .. "DICM"u8, .. Element(0x00020000, "UL", BitConverter.GetBytes(meta.Length)), .. meta, .. elements.SelectMany(pair => Element(pair.Key, pair.Value.Vr, pair.Value.Value))];
    }

    public static string StudyUid(int study) => Text($"1.2.826.0.1.3680043.9.9999.{study}");

    static byte[] Element(uint tag, string vr, string value)
    {
        var bytes = Encoding.Latin1.GetBytes(value);
        return Element(tag, vr, bytes.Length % 2 == 0 ? bytes : [.. bytes, vr == "UI" ? (byte)0 : (byte)' ']);
    }

    static byte[] Element(uint tag, string vr, byte[] value) =>
        [(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8), .. Encoding.ASCII.GetBytes(vr), (byte)value.Length, (byte)(value.Length >> 8), .. value];

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
