using System.Reflection;
using Dicom2Fhir.Conformance.Terminology;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Our own statement of the MII profiles and value sets, embedded in the assembly.</summary>
static class ShippedTables
{
    static readonly string[] Modules = ["medikation-2026.0.0", "2026.0.0", "2025.0.2", "2027.0.0-ballot"];

    public static IEnumerable<ProfilePackage> Packages() => Modules.Select(Package);

    public static IEnumerable<CodeTable> ValueSets()
    {
        using var text = Open("valuesets.tsv");
        return [.. StatementTable.ReadValueSets(text)];
    }

    public static StreamReader Open(string name) => new(Assembly.GetExecutingAssembly().GetManifestResourceStream("profiles/" + name)
        ?? throw new InvalidOperationException($"The table {name} is not in the assembly."));

    static ProfilePackage Package(string version)
    {
        using var text = Open($"mii-bildgebung/{version}.tsv");
        return StatementTable.Read(text, Package);
    }
}
