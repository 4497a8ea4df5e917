using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>A random _include or _revinclude, and what it must bring along.</summary>
sealed record RandomInclude(string Name, string Value, SearchParameter Reference)
{
    /// <summary>Null when the type has no reference to a type that is stored.</summary>
    public static RandomInclude? Of(Random random, ServedType type)
    {
        var reverse = random.Next(2) == 0;
        var references = SearchParameters.All.Where(one => one.Kind == SearchKind.Reference && (reverse ? one.Targets.Count == 0 || one.Targets.Contains(type.Name) : one.Type == type))
            .Where(one => one.Targets.Count == 0 || one.Targets.Any(target => ServedType.Find(target) is not null)).ToList();
        if (references.Count == 0) return null;
        var reference = references[random.Next(references.Count)];
        return new RandomInclude(reverse ? "_revinclude" : "_include", $"{reference.Type.Name}:{reference.Name}", reference);
    }

    public void Check(World world, ServedType type, IReadOnlyList<string> page, IReadOnlyList<StoredResource> included)
    {
        var matches = page.Select(id => world.Resources[(type.Name, id)]).ToList();
        var expected = Name == "_include"
            ? matches.SelectMany(match => world.Targets(Reference, match))
            : world.Of(Reference.Type).Where(source => world.Targets(Reference, source).Any(target => matches.Exists(match => ReferenceEquals(match, target))));
        Assert.Equal(
            expected.Except(matches).Select(resource => $"{resource.TypeName}/{resource.Id}").Distinct().Order(StringComparer.Ordinal),
            included.Select(resource => $"{resource.Type.Name}/{resource.Id}").Order(StringComparer.Ordinal));
    }
}
