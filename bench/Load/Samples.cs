using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Load;

/// <summary>
/// The studies of samples/: header-only files, a pure function of the tables below, so that the same bytes come out every time. Everything in them is
/// made up; patients are called Muster.
/// </summary>
static class Samples
{
    /// <param name="Agent">null: attribute absent; "": present and empty; else the agent, or a word of denial.</param>
    /// <param name="Event">Number of the irradiation event: the series leaves dose and voltage to the study's dose report. 0: it has none and states them itself.</param>
    sealed record SeriesRow(string Description, string? BodyPart, string? Laterality = null, string? Agent = null, int Instances = 1, int Event = 0);

    /// <summary>A study with irradiation events has a dose report as its last series.</summary>
    /// <param name="Patient">Number of the patient: several studies may share one.</param>
    sealed record StudyRow(string Modality, int Patient, string Description, SeriesRow[] Series);

    static readonly StudyRow[] Rows =
    [
        new("CT", 1, "CT Thorax mit KM", [new("Topogramm", "CHEST", Event: 1), new("Thorax arteriell 1.5 mm", "CHEST", null, "Imeron 350", 3, 2), new("Lunge 1.0 mm", "CHEST", null, "Imeron 350", 2, 2)]),
        new("CT", 1, "CT Abdomen nativ", [new("Abdomen 5 mm", "ABDOMEN", null, "KEIN KM", 3)]),
        new("CT", 2, "CT Schädel nativ", [new("Schädel 4.0 mm", "SCHÄDEL", null, "NATIV", 2), new("Schädel Knochen", "HEAD", null, null, 2)]),
        new("CT", 3, "CT Thorax/Abdomen/Becken", [new("Thx Abd portalvenös", "CHESTABDPELVIS", null, "Imeron 350", 3, 1), new("MPR koronar", "CHESTABDPELVIS", null, "Imeron 350", 1, 1)]),
        new("CT", 4, "CT LWS", [new("LWS 2.0 mm", "LWS", null, "", 2), new("LWS sagittal", "LSPINE")]),
        new("CT", 5, "CT Hals mit KM", [new("Hals 3 mm", "NECK", null, "Ultravist 370", 2)]),
        new("CT", 6, "CT Knie links", [new("Knie 1 mm", "KNEE", "L", "OHNE", 2)]),
        new("CT", 7, "CT Angiographie Aorta", [new("CTA Aorta", "AORTA", null, "Imeron 400", 3), new("Nativ Vorlauf", "AORTA", null, "NONE")]),
        new("CT", 8, "CT Becken", [new("Becken 3 mm", "Becken", null, null, 2)]),
        new("CT", 2, "CT Schädel Verlaufskontrolle", [new("Schädel 4.0 mm", "HEAD", null, null, 2)]),
        new("CT", 9, "CT ohne Angabe der Region", [new("Serie 1", null, null, null, 2), new("Serie 2", "", null, "")]),
        new("CT", 10, "CT Nasennebenhöhlen", [new("NNH 0.6 mm", "PARANASALSINUS", null, null, 2)]),
        new("CT", 11, "CT Leber mehrphasig", [new("Leber nativ", "LIVER", null, "KEIN KM", 1, 1), new("Leber arteriell", "LIVER", null, "Imeron 350", 2, 2), new("Leber venös", "LIVER", null, "Imeron 350", 2, 3)]),
        new("CT", 12, "CT Schulter rechts", [new("Schulter 1 mm", "SHOULDER", "R", null, 2)]),
        new("MR", 1, "MRT Kopf mit KM", [new("T1 MPRAGE nativ", "BRAIN", null, "NATIV", 2), new("T1 MPRAGE nach KM", "BRAIN", null, "Gadovist", 2), new("FLAIR", "BRAIN", null, "")]),
        new("MR", 13, "MRT Knie rechts", [new("PD fs sag", "KNEE", "R", null, 2), new("T1 kor", "KNEE", "R")]),
        new("MR", 14, "MRT Knie links", [new("PD fs sag", "KNEE", "L", null, 2)]),
        new("MR", 15, "MRT LWS", [new("T2 sag", "LSPINE", null, null, 2), new("T1 sag", "LSPINE")]),
        new("MR", 16, "MRT HWS", [new("T2 sag", "CSPINE", null, null, 2)]),
        new("MR", 17, "MRT Prostata", [new("T2 tra", "PROSTATE", null, null, 2), new("DWI b800", "PROSTATE"), new("DCE", "PROSTATE", null, "Dotarem", 2)]),
        new("MR", 18, "MRT Herz", [new("Cine 4-Kammer", "HEART", null, null, 2), new("LGE", "HEART", null, "Gadovist")]),
        new("MR", 19, "MRT Leber", [new("T1 VIBE nach Primovist", "LIVER", null, "Primovist", 2), new("T2 HASTE", "LIVER")]),
        new("MR", 20, "MRT Hüfte beidseits", [new("STIR kor", "HIP", "B", null, 2)]),
        new("MR", 13, "MRT Knie rechts Kontrolle", [new("PD fs sag", "KNEE", "R", null, 2)]),
        new("MR", 21, "MRT Becken", [new("T2 tra", "PELVIS", null, null, 2)]),
        new("MR", 22, "MR-Mammographie", [new("Dynamik", "BREAST", "B", "Gadovist", 3)]),
        new("CR", 23, "Röntgen Thorax in 2 Ebenen", [new("Thorax p.a.", "CHEST"), new("Thorax seitlich", "CHEST")]),
        new("CR", 24, "Röntgen Hand rechts", [new("Hand d.v.", "HAND", "R")]),
        new("CR", 25, "Röntgen Thorax liegend", [new("Thorax a.p.", "THORAX")]),
        new("CR", 26, "Röntgen Fuß links", [new("Fuß d.p.", "FOOT", "L")]),
        new("CR", 23, "Röntgen Thorax Kontrolle", [new("Thorax p.a.", "CHEST")]),
        new("CR", 27, "Röntgen Abdomenübersicht", [new("Abdomen", "ABD")]),
        new("DX", 28, "Röntgen Becken", [new("Becken a.p.", "PELVIS")]),
        new("DX", 29, "Röntgen Sprunggelenk rechts", [new("OSG a.p.", "ANKLE", "R"), new("OSG seitlich", "ANKLE", "R")]),
        new("DX", 30, "Röntgen Thorax", [new("Thorax p.a.", "CHEST")]),
        new("DX", 31, "Röntgen Schulter links", [new("Schulter a.p.", "SHOULDER", "L")]),
        new("DX", 32, "Röntgen Wirbelsäule", [new("BWS a.p.", "TSPINE"), new("BWS seitlich", "TSPINE")]),
        new("DX", 33, "Röntgen ohne Region", [new("Aufnahme", null)]),
        new("MG", 34, "Mammographie beidseits", [new("R CC", "BREAST", "R"), new("L CC", "BREAST", "L"), new("R MLO", "BREAST", "R"), new("L MLO", "BREAST", "L")]),
        new("MG", 35, "Mammographie links", [new("L CC", "BREAST", "L"), new("L MLO", "BREAST", "L")]),
        new("MG", 34, "Mammographie Kontrolle", [new("R CC", "BREAST", "R"), new("L CC", "BREAST", "L")]),
        new("MG", 36, "Mammographie rechts", [new("R MLO", "MAMMA", "R")]),
        new("MG", 37, "Tomosynthese", [new("R CC Tomo", "BREAST", "R", null, 2)]),
        new("US", 38, "Sonographie Abdomen", [new("Leber", "ABDOMEN"), new("Niere rechts", "KIDNEY", "R")]),
        new("US", 39, "Sonographie Schilddrüse", [new("Schilddrüse", "THYROID", null, null, 2)]),
        new("US", 40, "Echokardiographie", [new("4-Kammerblick", null, null, null, 2)]),
        new("US", 41, "Sonographie Niere", [new("Niere links", "KIDNEY", "L")]),
        new("US", 42, "Duplex Halsgefäße", [new("A. carotis", "CAROTID", "R"), new("A. carotis", "CAROTID", "L")]),
        new("US", 39, "Sonographie Hals", [new("Hals", "HALS")]),
        new("US", 43, "Kontrastmittelsonographie Leber", [new("CEUS", "LIVER", null, "SonoVue", 2)]),
        new("PT", 44, "PET/CT Ganzkörper FDG", [new("PET WB", "WHOLEBODY", null, null, 3), new("PET korrigiert", "WHOLEBODY", null, null, 2)]),
        new("PT", 45, "PET Gehirn", [new("PET Hirn", "BRAIN", null, null, 2)]),
        new("PT", 46, "PET/CT PSMA", [new("PET WB", "WHOLE BODY", null, null, 2)]),
        new("PT", 44, "PET/CT Ganzkörper Verlauf", [new("PET WB", "WHOLEBODY", null, null, 2)]),
        new("PT", 47, "PET Herz", [new("PET Ruhe", "HEART", null, null, 2)]),
        new("NM", 48, "Skelettszintigraphie", [new("Ganzkörper ventral", "WHOLEBODY"), new("Ganzkörper dorsal", "WHOLEBODY")]),
        new("NM", 49, "Schilddrüsenszintigraphie", [new("Schilddrüse", "THYROID")]),
        new("NM", 50, "Myokardszintigraphie", [new("SPECT Ruhe", "HEART"), new("SPECT Belastung", "HEART")]),
        new("NM", 51, "Nierenszintigraphie", [new("Dynamik", "KIDNEY", "B", null, 2)]),
        new("NM", 48, "Skelettszintigraphie Kontrolle", [new("Ganzkörper", "WHOLEBODY")]),
    ];

    static readonly Dictionary<string, string> SopClasses = new()
    {
        ["CT"] = "1.2.840.10008.5.1.4.1.1.2", ["MR"] = "1.2.840.10008.5.1.4.1.1.4", ["CR"] = "1.2.840.10008.5.1.4.1.1.1", ["DX"] = "1.2.840.10008.5.1.4.1.1.1.1",
        ["MG"] = "1.2.840.10008.5.1.4.1.1.1.2", ["US"] = "1.2.840.10008.5.1.4.1.1.6.1", ["PT"] = "1.2.840.10008.5.1.4.1.1.128", ["NM"] = "1.2.840.10008.5.1.4.1.1.20",
    };

    /// <summary>Writes them all below a folder.</summary>
    public static int Write(string folder)
    {
        var (count, bytes) = (0, 0L);
        foreach (var (path, content) in Files())
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllBytes(file, content);
            count++;
            bytes += content.Length;
        }

        Console.Out.WriteLine($"{count} files, {bytes} bytes in {folder}");
        return 0;
    }

    /// <summary>Relative path and bytes of every file, in order.</summary>
    public static IEnumerable<(string Path, byte[] Content)> Files()
    {
        for (var study = 0; study < Rows.Length; study++)
        {
            var series = Rows[study].Series;
            for (var index = 0; index < series.Length; index++)
                for (var instance = 0; instance < series[index].Instances; instance++) yield return (PathOf(study, index, instance), Image(study, index, instance));
            if (series.Any(one => one.Event > 0)) yield return (PathOf(study, series.Length, 0), Report(study, series));
        }
    }

    static string PathOf(int study, int series, int instance) =>
        string.Create(CultureInfo.InvariantCulture, $"{Rows[study].Modality}/{study + 1:00}/{series + 1}-{instance + 1}.dcm");

    static byte[] Image(int studyIndex, int seriesIndex, int instanceIndex)
    {
        var study = Rows[studyIndex];
        var series = study.Series[seriesIndex];
        var writer = Header(studyIndex, seriesIndex, instanceIndex, study.Modality, series.Description)
            .Set(0x00080008, "CS", "ORIGINAL\\PRIMARY")
            .Set(0x00080016, "UI", SopClasses[study.Modality])
            .Set(0x00180010, "LO", series.Agent)
            .Set(0x00180015, "CS", series.BodyPart)
            .Set(study.Modality is "DX" or "MG" ? 0x00200062u : 0x00200060u, "CS", series.Laterality);
        Technique(writer, study.Modality, studyIndex);
        if (series.Event > 0) writer.Set(0x00083010, "UI", EventUid(studyIndex, series.Event)).Set(0x00180060, "DS", "").Remove(0x00189345);
        return writer.ToFile();
    }

    static byte[] Report(int studyIndex, SeriesRow[] series)
    {
        var writer = Header(studyIndex, series.Length, 0, "SR", "Dosisbericht").Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.67");
        var events = series.Select(one => one.Event).Where(number => number > 0).Distinct().Order();
        return SampleDoseReport.Fill(writer, [.. events.Select(number => new SampleDoseReport.Event(
            EventUid(studyIndex, number), Kilovolts(studyIndex), 2.5m + (3 * number), 80 + (60 * number)))]).ToFile();
    }

    static string EventUid(int studyIndex, int number) => Uid($"event {studyIndex} {number}");

    static Part10Writer Header(int studyIndex, int seriesIndex, int instanceIndex, string modality, string description)
    {
        var study = Rows[studyIndex];
        var utf8 = studyIndex % 3 == 0;
        var day = new DateOnly(2019, 1, 7).AddDays(studyIndex * 41);
        var minute = 8 * 60 + (studyIndex * 37 % 540);
        string Time(int later) => string.Create(CultureInfo.InvariantCulture, $"{(minute + later) / 60:00}{(minute + later) % 60:00}{studyIndex % 60:00}");
        var date = day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var writer = new Part10Writer(isExplicit: studyIndex % 4 != 1, utf8 ? Encoding.UTF8 : Encoding.Latin1)
            .Set(0x00080005, "CS", utf8 ? "ISO_IR 192" : "ISO_IR 100")
            .Set(0x00080018, "UI", Uid($"instance {studyIndex} {seriesIndex} {instanceIndex}"))
            .Set(0x00080020, "DA", date)
            .Set(0x00080021, "DA", date)
            .Set(0x00080030, "TM", studyIndex % 10 == 8 ? null : Time(0))
            .Set(0x00080031, "TM", studyIndex % 10 == 8 ? null : Time(2 + (5 * seriesIndex)))
            .Set(0x00080050, "SH", Number("A", 20_000 + studyIndex))
            .Set(0x00080060, "CS", modality)
            .Set(0x00080090, "PN", "Muster^Zuweiser^^Dr.")
            .Set(0x00081030, "LO", study.Description)
            .Set(0x0008103E, "LO", description)
            .Set(0x00100010, "PN", Number("Muster^Patient", study.Patient))
            .Set(0x00100020, "LO", Number("SAMPLE-", study.Patient))
            .Set(0x00100030, "DA", "19500101")
            .Set(0x00100040, "CS", study.Patient % 2 == 0 ? "F" : "M")
            .Set(0x0020000D, "UI", Uid($"study {studyIndex}"))
            .Set(0x0020000E, "UI", Uid($"series {studyIndex} {seriesIndex}"))
            .Set(0x00200010, "SH", Number("S", studyIndex + 1))
            .Set(0x00200011, "IS", (seriesIndex + 1).ToString(CultureInfo.InvariantCulture))
            .Set(0x00200013, "IS", (instanceIndex + 1).ToString(CultureInfo.InvariantCulture));
        Device(writer, study.Modality, studyIndex);
        return writer;
    }

    static void Device(Part10Writer writer, string modality, int studyIndex)
    {
        var second = studyIndex % 2;
        writer.Set(0x00080070, "LO", second == 0 ? "Beispiel Medizintechnik" : "Muster Imaging GmbH")
            .Set(0x00081010, "SH", $"{modality}{second + 1}")
            .Set(0x00081090, "LO", $"{(second == 0 ? "Alpha" : "Beta")} {modality}")
            .Set(0x00181000, "LO", studyIndex % 5 == 4 ? null : $"SN-{modality}-{second + 1}")
            .Set(0x00181020, "LO", second == 0 ? "VA10" : "VB2.1");
    }

    static void Technique(Part10Writer writer, string modality, int i)
    {
        string Decimal(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
        switch (modality)
        {
            case "CT":
                writer.Set(0x00180050, "DS", Decimal(1 + (i % 4))).Set(0x00180060, "DS", Decimal((double)Kilovolts(i))).Set(0x00181150, "IS", "500")
                    .Set(0x00181151, "IS", (150 + (10 * i)).ToString(CultureInfo.InvariantCulture)).Set(0x00181152, "IS", "90").Set(0x00181210, "SH", i % 2 == 0 ? "Br40" : "Bl57")
                    .SetNumber(0x00189345, "FD", 4.5 + i);
                break;
            case "MR":
                writer.Set(0x00180020, "CS", i % 2 == 0 ? "GR\\IR" : "SE").Set(0x00180021, "CS", "SK\\SP").Set(0x00180050, "DS", Decimal(1 + (i % 3)))
                    .Set(0x00180080, "DS", "2000").Set(0x00180081, "DS", "2.98").Set(0x00180082, "DS", "900").Set(0x00180087, "DS", i % 2 == 0 ? "3" : "1.5").Set(0x00181314, "DS", "9");
                break;
            case "CR" or "DX" or "MG":
                writer.Set(0x00180060, "DS", modality == "MG" ? "29" : "117").Set(0x00181150, "IS", "12").Set(0x00181151, "IS", "200").Set(0x00181152, "IS", "3")
                    .Set(0x00185101, "CS", modality == "MG" ? (i % 2 == 0 ? "CC" : "MLO") : "PA");
                break;
            case "US":
                writer.Set(0x00186031, "CS", "CURVED LINEAR").SetNumber(0x00280014, "US", i % 2)
                    .SetItems(0x00186011, writer.Item().SetNumber(0x00186030, "UL", 3500).SetNumber(0x00186032, "UL", 1200));
                break;
            case "PT" or "NM":
                var tracer = writer.Item().Set(0x00180031, "LO", modality == "PT" ? "Fluorodeoxyglucose" : "Tc-99m MDP").Set(0x00181072, "TM", "070000")
                    .Set(0x00181074, "DS", modality == "PT" ? "3.1E8" : "600").Set(0x00181075, "DS", modality == "PT" ? "6586.2" : "21624");
                writer.SetItems(0x00540016, tracer).Set(0x00541000, "CS", modality == "PT" ? "WHOLE BODY\\IMAGE" : null).Set(0x00541001, "CS", modality == "PT" ? "BQML" : null);
                break;
        }
    }

    static decimal Kilovolts(int studyIndex) => studyIndex % 3 == 0 ? 100 : 120;

    static string Number(string word, int number) => string.Create(CultureInfo.InvariantCulture, $"{word}{number:0000}");

    // 2.25 and 128 bits (PS3.5 annex B.2)
    static string Uid(string name) => "2.25." + new BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes("sample " + name)).AsSpan(0, 16), isUnsigned: true, isBigEndian: true);
}
