using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Rules;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Hl7.Fhir.Specification;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>What R4 says about one element, as far as the SDK's parser does not enforce it.</summary>
/// <param name="Targets">Resource types a reference may point to; null = any.</param>
/// <param name="SimpleQuantity">The quantity may carry no comparator (sqty-1).</param>
/// <param name="Binding">A required binding of a concept; those of codes are enumerations of the parser.</param>
/// <param name="Choices">Types of a choice; null for other elements. The parser takes a kind of Quantity for a Quantity.</param>
sealed record ElementPlan(string Name, string Path, FrozenSet<string>? Targets, bool SimpleQuantity, string[]? Choices, BindingRule? Binding);

/// <summary>The R4 definition of a type or backbone element, made once from the SDK's model metadata.</summary>
sealed class TypePlan
{
    static readonly ModelInspector Model = ModelInfo.ModelInspector;
    static readonly ConcurrentDictionary<Type, TypePlan> Plans = new();
    static readonly Lazy<FrozenSet<string>> SimpleQuantities = new(ReadSimpleQuantities);

    // The only concepts that R4 binds so among the types that are stored or commonly contained.
    static readonly FrozenDictionary<string, BindingRule> Bindings = new[] { ("clinicalStatus", "condition-clinical"), ("verificationStatus", "condition-ver-status") }
        .Select(row => new BindingRule(new(Canonical.Core + "Condition", "Condition." + row.Item1), "required", "http://hl7.org/fhir/ValueSet/" + row.Item2))
        .ToFrozenDictionary(rule => rule.Origin.Element, StringComparer.Ordinal);

    TypePlan(ClassMapping mapping)
    {
        Name = mapping.Name;
        Path = mapping.IsBackboneType ? BackbonePath(mapping) : mapping.Name;
        IsPrimitive = typeof(PrimitiveType).IsAssignableFrom(mapping.NativeType);
        Ancestors = [.. AncestorNames(mapping.NativeType)];
        Elements = [.. mapping.PropertyMappings.Where(p => !(IsPrimitive && p.Name == "value")).OrderBy(p => p.Order).Select(Element)];
        Invariants = BaseInvariants.Of(mapping.NativeType);
    }

    public string Name { get; }

    /// <summary>Definition path: the type name, or for backbone elements the path inside the resource.</summary>
    public string Path { get; }

    public bool IsPrimitive { get; }

    public ElementPlan[] Elements { get; }

    public string[] Ancestors { get; }

    public Action<Hl7.Fhir.Model.Base, Run>? Invariants { get; }

    public static TypePlan Of(Hl7.Fhir.Model.Base value) =>
        Plans.TryGetValue(value.GetType(), out var plan) ? plan : Plans.GetOrAdd(value.GetType(), type => new(Mapping(type)));

    public static ClassMapping? Mapping(string fhirType) => Model.FindClassMapping(fhirType);

    public static bool IsResource(string name) => ModelInfo.IsKnownResource(name);

    static ClassMapping Mapping(Type type) => Model.FindOrImportClassMapping(type) ?? throw new InvalidOperationException($"{type.Name} is no type of the FHIR R4 model.");

    ElementPlan Element(PropertyMapping property)
    {
        var path = $"{Path}.{property.Name}{(property.Choice == ChoiceType.DatatypeChoice ? "[x]" : "")}";
        // Types that several releases share have an attribute for each release in which the targets changed.
        var targets = property.NativeProperty?.GetCustomAttributes<ReferencesAttribute>()
            .Where(attribute => attribute.Since <= FhirRelease.R4).MaxBy(attribute => attribute.Since)?.Resources;
        var any = targets is null or [] || targets.Contains("Resource") || targets.Contains("Any");
        return new(property.Name, path, any ? null : targets!.ToFrozenSet(StringComparer.Ordinal), SimpleQuantities.Value.Contains(path), Choices(property), Bindings.GetValueOrDefault(path));
    }

    static string[]? Choices(PropertyMapping property)
    {
        if (property.Choice != ChoiceType.DatatypeChoice) return null;
        string[] names = [.. property.FhirType.Select(type => Model.FindClassMapping(type)?.Name).OfType<string>()];
        return names.Contains("DataType") || names.Length == 0 ? null : names;
    }

    /// <summary>Path of a backbone element from its resource or data type; the first one where several elements share the definition.</summary>
    static string BackbonePath(ClassMapping backbone)
    {
        if (backbone.NativeType.DeclaringType is not { } owner || Model.FindClassMapping(owner) is not { } root) return backbone.Name;
        return Find(root, root.Name, []) ?? backbone.Name;

        string? Find(ClassMapping at, string path, HashSet<Type> seen)
        {
            if (at.NativeType == backbone.NativeType) return path;
            if (!seen.Add(at.NativeType)) return null;
            foreach (var property in at.PropertyMappings.OrderBy(p => p.Order))
                if (property.PropertyTypeMapping is { IsBackboneType: true } child && Find(child, $"{path}.{property.Name}", seen) is { } found) return found;
            return null;
        }
    }

    static IEnumerable<string> AncestorNames(Type type)
    {
        for (var up = type.BaseType; up is not null && up != typeof(object); up = up.BaseType)
            if (Model.FindClassMapping(up) is { } mapping) yield return mapping.Name;
    }

    static FrozenSet<string> ReadSimpleQuantities()
    {
        using var text = ShippedTables.Open("r4/simple-quantities.tsv");
        return text.ReadToEnd().Split('\n').ToFrozenSet(StringComparer.Ordinal);
    }
}
