using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class ScrubberTests
{
    /// <summary>What a radiologist needs stays as it is, word for word.</summary>
    [Theory]
    [InlineData("LWS 2 Ebenen")]
    [InlineData("T2 TSE")]
    [InlineData("t2_tse_sag_384")]
    [InlineData("Th12")]
    [InlineData("BWK 12 / LWK 1")]
    [InlineData("CT Abdomen 5mm")]
    [InlineData("Abdomen 1.0 x 0.8 mm")]
    [InlineData("C5/6")]
    [InlineData("HWK 5/6")]
    [InlineData("L4/5 L5/S1")]
    [InlineData("CT Thorax/Abdomen/Becken mit KM")]
    [InlineData("Thorax p.a. und seitlich")]
    [InlineData("Rö Thorax a.p. liegend 100 cm")]
    [InlineData("MRT Knie re. PD fs sag 3 mm")]
    [InlineData("ep2d_diff_b50_400_800_TRACEW")]
    [InlineData("DWI b 0/500/1000")]
    [InlineData("T1 MPRAGE 1 mm iso nach KM")]
    [InlineData("CTA 0.75 B26f 120 kV")]
    [InlineData("DR Thorax")]
    [InlineData("HR-CT Lunge 1,0 B70f")]
    [InlineData("Angio A. carotis int. re.")]
    [InlineData("V. cava inferior")]
    [InlineData("Os sacrum, ISG bds.")]
    [InlineData("Fuß d.p./schräg")]
    [InlineData("Patellaluxation")]
    [InlineData("Patient in Bauchlage")]
    [InlineData("Pat. Rückenlage")]
    [InlineData("Frauenmilch")]
    [InlineData("Herrnhut Protokoll")]
    [InlineData("DSA Beine bds. 2 B/s")]
    [InlineData("Mammographie MLO R 30 Grad")]
    [InlineData("PET/CT FDG 60 min p.i.")]
    [InlineData("SPECT 99mTc-MDP 3 h p.i.")]
    [InlineData("18F-FDG 250 MBq")]
    [InlineData("68Ga-DOTATATE")]
    [InlineData("BI-RADS 4")]
    [InlineData("TR 3500 TE 90 TI 2500")]
    [InlineData("512x512 FOV 350")]
    [InlineData("Imeron 350 100 ml")]
    [InlineData("Schädel nativ, 4.0/4.0")]
    [InlineData("1/2 Bilder")]
    [InlineData("Aufnahme 1 von 12")]
    [InlineData("Verlaufskontrolle nach 6 Mon.")]
    [InlineData("Z.n. OP 2024")]
    [InlineData("Fraktur Dig. II links")]
    [InlineData("Leber 3-Phasen 2-5-10 min")]
    public void Radiological_text_stays(string text) => Assert.Equal(text, CleanOf(text));

    /// <summary>Persons, dates and numbers go, though the header names none of them elsewhere.</summary>
    [Theory]
    [InlineData("CT Thorax Pat. Müller", "CT Thorax ***")]
    [InlineData("Pat. Müller CT Thorax", "*** CT Thorax")]
    [InlineData("Patient: Müller, Hans", "***")]
    [InlineData("Patientin Müller-Lüdenscheidt", "***")]
    [InlineData("Frau Schröder Mammographie", "*** Mammographie")]
    [InlineData("Herr von der Heide LWS", "*** LWS")]
    [InlineData("Hr. Groß MRT Knie", "*** MRT Knie")]
    [InlineData("Fr. Dr. Weiß", "***")]
    [InlineData("Dr. med. Öztürk", "***")]
    [InlineData("Prof. Dr. med. habil. K.-H. Mayer", "***")]
    [InlineData("PD Dr. Schmidt", "PD ***")]
    [InlineData("Zuweiser Dr. Meier-Kühn", "***")]
    [InlineData("Überweiser: Praxis Dr. Huber", "*** ***")]
    [InlineData("geb. Kowalski", "***")]
    [InlineData("frau müller thorax", "*** thorax")]
    [InlineData("FRAU MÜLLER", "***")]
    [InlineData("HERR MEIER LWS", "*** LWS")]
    [InlineData("DR. MEIER", "***")]
    [InlineData("Kontrolle für Herrn Dr. Weber", "Kontrolle für ***")]
    [InlineData("MTRA: Sabine Klein", "***")]
    [InlineData("Befunder Dr. O'Brien", "***")]
    [InlineData("Herr Müller,Hans Thorax", "*** Thorax")]
    [InlineData("Pat. H. M.", "***.")]
    [InlineData("Name: Schäfer", "***")]
    [InlineData("12.03.1965 Thorax", "*** Thorax")]
    [InlineData("geb. 12.03.1965", "geb. ***")]
    [InlineData("geb. am 12.03.1965", "geb. am ***")]
    [InlineData("*12.3.65", "****")]
    [InlineData("12.03.65", "***")]
    [InlineData("1965-03-12", "***")]
    [InlineData("12/03/1965", "***")]
    [InlineData("12-03-1965", "***")]
    [InlineData("12. 03. 1965", "***")]
    [InlineData("19650312", "***")]
    [InlineData("120365", "***")]
    [InlineData("12. März 1965", "***")]
    [InlineData("12.März 1965", "***")]
    [InlineData("12 Mrz 65", "***")]
    [InlineData("3. Okt. 2024", "***")]
    [InlineData("March 12, 1965", "***")]
    [InlineData("12-03-65", "***")]
    [InlineData("Tel. 0221/478-1234", "***")]
    [InlineData("Tel.: 0221 4781234", "*** ***")]
    [InlineData("+49 (0)221 478-1234", "***")]
    [InlineData("0049 221 4781234", "***")]
    [InlineData("0171-1234567", "***")]
    [InlineData("(0221) 478 12 34", "***")]
    [InlineData("Fax 4711", "***")]
    [InlineData("Fallnr. 12345", "***")]
    [InlineData("Fall-Nr.: 1234", "***")]
    [InlineData("Fallnummer 24-00815", "***")]
    [InlineData("Aufnahmenr. 4711", "***")]
    [InlineData("Pat.-Nr. 4711", "***")]
    [InlineData("PatID 4711", "***")]
    [InlineData("Patienten-ID: A-17", "***")]
    [InlineData("MRN 00815", "***")]
    [InlineData("Thorax 2024/12345", "Thorax ***")]
    [InlineData("KV-Nr. A123456789", "KV-Nr. A***")]
    [InlineData("hans.mueller@example.org", "***")]
    public void What_names_somebody_goes(string text, string clean) => Assert.Equal(clean, CleanOf(text));

    /// <summary>What the header states elsewhere goes in every spelling.</summary>
    [Theory]
    [InlineData("Müller^Hans", "CT Mueller Thorax", "CT *** Thorax", "ue for ü")]
    [InlineData("Müller^Hans", "MULLER Thorax", "*** Thorax", "u for ü, capitals")]
    [InlineData("Mueller^Hans", "Müller Thorax", "*** Thorax", "ü for ue")]
    [InlineData("Müller^Hans", "Mu\u0308ller", "***", "a decomposed ü")]
    [InlineData("Weiß^Eva", "WEISS Mamma", "*** Mamma", "ss for ß")]
    [InlineData("Müller^Hans", "MuellerHans_Thorax", "******_Thorax", "camel case and underscore")]
    [InlineData("Müller^Hans", "Thorax_Müller_5mm", "Thorax_***_5mm", "underscores")]
    [InlineData("Müller^Hans", "Müllers Knie", "*** Knie", "the genitive")]
    [InlineData("Müller-Lüdenscheidt^Anna", "Lüdenscheidt", "***", "half a double name")]
    [InlineData("von der Heide^Karl", "Heide LWS", "*** LWS", "without the particle")]
    [InlineData("Öztürk^Gül", "OEZTUERK GUEL", "*** ***", "both written out")]
    [InlineData("Łukasz^Jan", "Lukasz", "***", "a Polish letter")]
    [InlineData("Müller^Hans", "Müllerstraße", "Müllerstraße", "part of a longer word stays")]
    [InlineData("Ulm^Eva", "Fulminant", "Fulminant", "inside a word it is none")]
    [InlineData("Müller^Hans^^Dr.", "Dr", "Dr", "a title is no name")]
    public void The_name_of_the_header_goes_in_every_spelling(string name, string text, string clean, string reason) =>
        Assert.True(clean == CleanOf(text, (TagMap.PatientName, name)), $"{reason}: {CleanOf(text, (TagMap.PatientName, name))}");

    [Fact]
    public void Numbers_of_the_header_go_though_they_are_short()
    {
        Assert.Equal("Thorax *** Kontrolle", CleanOf("Thorax 4711 Kontrolle", (TagMap.PatientId, "4711")));
        Assert.Equal("Thorax ***", CleanOf("Thorax A17", (TagMap.OtherPatientIds, "A17")));
        Assert.Equal("CT ***", CleanOf("CT CT-24-0815", (TagMap.AccessionNumber, "CT-24-0815")));
        Assert.Equal("*** LWS", CleanOf("Wagner LWS", (TagMap.ReferringPhysicianName, "Wagner^Rita^^Dr.")));
    }

    [Fact]
    public void Hostile_texts_take_no_time()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var part in new[] { "Dr. ", "0", "1.", "(0", "+", "a@", "Fall ", "ä", "Müller ", "Pat. M. ", "12.", " \t" })
        {
            Assert.True(CleanOf(string.Concat(Enumerable.Repeat(part, 20_000)), (TagMap.PatientName, "Müller^Hans")).Length <= 100_000);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
    }

    static string CleanOf(string text, params (TagRow Row, string? Value)[] header) =>
        Scrubber.For(Mapping.Build.Instance("1.2.3.1.1", [(TagMap.PatientId, "x"), .. header])).Clean(text);
}
