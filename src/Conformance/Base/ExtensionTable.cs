using System.Collections.Frozen;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Rules;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>The extensions of the loaded profiles, and those of R4 from our table.</summary>
static class ExtensionTable
{
    static readonly Lazy<CompiledProfile[]> Core = new(CompileCore);

    public static FrozenDictionary<string, KnownExtension> Build(IEnumerable<CompiledProfile[]> loaded)
    {
        var known = Core.Value.ToDictionary(core => core.Url, core => Known([core]), StringComparer.Ordinal);
        foreach (var versions in loaded) known[versions[0].Url] = Known(versions);
        return known.ToFrozenDictionary(StringComparer.Ordinal);
    }

    static KnownExtension Known(CompiledProfile[] versions) => new(versions[0].Contexts, versions[0].IsModifier, versions);

    // They build on nothing but the types of R4, so every engine shares them.
    static CompiledProfile[] CompileCore()
    {
        using var text = ShippedTables.Open("r4/extensions.tsv");
        var package = StatementTable.Read(text);
        var compiler = new ProfileCompiler(_ => null, _ => null);
        return [.. package.Profiles.Select(profile => compiler.Compile(profile, $"{package.Name}|{package.Version}"))];
    }
}
