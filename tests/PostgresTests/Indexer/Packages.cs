using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Packages made for a test.</summary>
static class Packages
{
    const string Mii = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-";

    /// <summary>The shipped engine with a rule more: the profile (bildgebungsstudie, geraet) demands an element that the mapping does not write.</summary>
    public static ConformanceEngine Demanding(string profile, string type, string element)
    {
        var folder = Directory.CreateTempSubdirectory("d2f-package-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "package.json"), """{"name":"test.strict","version":"1.0.0"}""");
            File.WriteAllText(Path.Combine(folder, "profile.json"), Profile(profile, type, element));
            return ConformanceEngine.Shipped.With(PackageReader.Read(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static string Profile(string profile, string type, string element, string version = "2026.0.0") =>
        $$$"""
        {"resourceType":"StructureDefinition","url":"{{{Mii}}}{{{profile}}}","version":"{{{version}}}","name":"P","status":"active","kind":"resource","abstract":false,
         "type":"{{{type}}}","baseDefinition":"http://hl7.org/fhir/StructureDefinition/{{{type}}}","derivation":"constraint",
         "differential":{"element":[{"id":"{{{type}}}.{{{element}}}","path":"{{{type}}}.{{{element}}}","min":1}]}}
        """;

    /// <summary>A folder of definitions as the .tgz that package servers publish.</summary>
    public static string Archive(string definitions, string into)
    {
        var file = Path.Combine(into, Path.GetFileName(definitions) + ".tgz");
        using var zipped = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        using var tar = new TarWriter(zipped);
        foreach (var definition in Directory.EnumerateFiles(definitions, "*.json").Order(StringComparer.Ordinal)) tar.WriteEntry(definition, "package/" + Path.GetFileName(definition));
        return file;
    }

    /// <summary>A folder with the text as its only definition.</summary>
    public static string Folder(string name, string version, params string[] definitions)
    {
        var folder = Directory.CreateTempSubdirectory("d2f-package-").FullName;
        File.WriteAllText(Path.Combine(folder, "package.json"), $$"""{"name":"{{name}}","version":"{{version}}"}""", Encoding.UTF8);
        for (var i = 0; i < definitions.Length; i++) File.WriteAllText(Path.Combine(folder, $"definition-{i}.json"), definitions[i], Encoding.UTF8);
        return folder;
    }
}
