using System.Globalization;
using Dicom2Fhir.Conformance.Base;
using Dicom2Fhir.Conformance.Rules;
using Hl7.Fhir.Introspection;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Compiles a profile with the differentials of its bases to a rule tree. What R4 itself demands is not repeated in the tree.</summary>
/// <param name="find">A statement by canonical (with or without version), or null.</param>
/// <param name="compiled">A compiled profile by canonical, asked at run time only.</param>
sealed class ProfileCompiler(Func<string, ProfileStatement?> find, Func<string, CompiledProfile?> compiled)
{
    const int DeepestBase = 16;

    public List<string> Problems { get; } = [];

    public CompiledProfile Compile(ProfileStatement profile, string package)
    {
        var root = new Draft(profile.Type, null) { Path = profile.Type, Mapping = TypePlan.Mapping(profile.Type) };
        foreach (var element in Merge(profile, 0)) root.Place(element);
        var canonical = $"{profile.Url}|{profile.Version}";
        return new(profile.Url, profile.Version, profile.Type, package, [.. profile.Contexts], profile.IsModifier, Node(root, canonical));
    }

    /// <summary>Elements of the bases, with what the profile states over them.</summary>
    List<ElementStatement> Merge(ProfileStatement profile, int depth)
    {
        List<ElementStatement> merged = [];
        if (find(profile.Base) is { } parent)
        {
            if (depth < DeepestBase) merged = Merge(parent, depth + 1);
            else Problems.Add($"{profile.Url}|{profile.Version}: its bases go on for ever, or in a circle; only the first {DeepestBase} are used.");
        }
        else if (Canonical.CoreName(profile.Base) is null) Problems.Add($"{profile.Url}|{profile.Version}: its base {profile.Base} is not loaded; only what it states itself is checked.");
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < merged.Count; i++) places[merged[i].Id] = i;
        foreach (var element in profile.Elements)
        {
            if (places.TryGetValue(element.Id, out var at))
            {
                merged[at] = Over(merged[at], element);
                continue;
            }

            places[element.Id] = merged.Count;
            merged.Add(element);
        }
        return merged;
    }

    static ElementStatement Over(ElementStatement low, ElementStatement high) => high with
    {
        Minimum = high.Minimum ?? low.Minimum,
        Maximum = high.Maximum ?? low.Maximum,
        Types = high.Types.Count > 0 ? high.Types : low.Types,
        Fixed = high.Fixed ?? low.Fixed,
        Pattern = high.Pattern ?? low.Pattern,
        Binding = high.Binding ?? low.Binding,
        Slicing = high.Slicing ?? low.Slicing,
        MaxLength = high.MaxLength ?? low.MaxLength,
        MinimumValue = high.MinimumValue ?? low.MinimumValue,
        MaximumValue = high.MaximumValue ?? low.MaximumValue,
        Constraints = [.. low.Constraints.Where(c => !high.Constraints.Any(own => own.Key == c.Key)), .. high.Constraints],
    };

    ElementNode Node(Draft draft, string canonical)
    {
        var origin = new RuleOrigin(canonical, draft.Statement?.Id ?? draft.Path);
        var children = draft.Children.Select(child => Node(child, canonical)).Where(HasRules).ToArray();
        var slices = draft.Slices.Select(slice => Slice(draft, slice, canonical)).ToArray();
        return new(draft.Name, Cardinality(draft, origin), [.. Rules(draft.Statement, origin)], children, slices, Order(draft.Statement?.Slicing), origin);
    }

    static SliceOrder Order(SlicingStatement? slicing) =>
        slicing is null ? SliceOrder.Open
        : (slicing.Closed ? SliceOrder.Closed : SliceOrder.Open) | (slicing.Ordered ? SliceOrder.Ordered : SliceOrder.Open) | (slicing.OpenAtEnd ? SliceOrder.OpenAtEnd : SliceOrder.Open);

    SliceRule Slice(Draft owner, Draft slice, string canonical)
    {
        var content = Node(slice, canonical) with { Cardinality = null };
        return new(slice.SliceName!, Match(owner, slice, canonical), Cardinality(slice, content.Origin), content);
    }

    static bool HasRules(ElementNode node) => node.Cardinality is not null || node.Rules.Length + node.Children.Length + node.Slices.Length > 0;

    static CardinalityRule? Cardinality(Draft draft, RuleOrigin origin)
    {
        var (minimum, maximum) = (draft.Statement?.Minimum ?? 0, draft.Statement?.Maximum ?? "*");
        if (minimum == 0 && maximum == "*") return null;
        return new(origin, minimum, maximum == "*" ? CardinalityRule.Many : int.Parse(maximum, CultureInfo.InvariantCulture));
    }

    IEnumerable<Rule> Rules(ElementStatement? statement, RuleOrigin origin)
    {
        if (statement is null) yield break;
        if (Types(statement) is { Length: > 0 } types) yield return new TypeRule(origin, types);
        if (statement.Types.Any(type => type.Profiles.Any(p => Canonical.CoreName(p) == "SimpleQuantity"))) yield return new SimpleQuantityRule(origin);
        if (statement.Fixed is { } exact) yield return new PatternRule(origin, exact, true);
        if (statement.Pattern is { } pattern) yield return new PatternRule(origin, pattern, false);
        if (statement.Binding is { Strength: "required" or "extensible" } binding) yield return new BindingRule(origin, binding.Strength, binding.ValueSet);
        var targets = statement.Types.SelectMany(type => type.Targets).ToArray();
        if (targets.Length > 0 && !statement.Types.Any(type => type.Code == "Reference" && type.Targets.Count == 0))
            yield return new ReferenceRule(origin, [.. targets.Select(Target)]);
        if (TypeProfiles(statement) is { Length: > 0 } profiles) yield return new TypeProfileRule(origin, profiles);
        if (statement.MaxLength is { } length) yield return new LengthRule(origin, length);
        if (statement.MinimumValue is not null || statement.MaximumValue is not null) yield return new ValueRangeRule(origin, statement.MinimumValue, statement.MaximumValue);
        foreach (var constraint in statement.Constraints) yield return new FhirPathRule(origin, constraint);
    }

    /// <summary>Types that a profile narrows. Extensions are judged by their URL, and a profile does not narrow itself.</summary>
    TypeProfile[] TypeProfiles(ElementStatement statement) =>
        !statement.Id.Contains('.', StringComparison.Ordinal) || !statement.Types.Any(type => type.Code != "Extension" && type.Profiles.Any(IsNoType))
            ? []
            : [.. statement.Types.Select(type => new TypeProfile(type.Code, [.. type.Profiles.Where(IsNoType).Select(Target)]))];

    static bool IsNoType(string profile) => Canonical.CoreName(profile) is null;

    static string[] Types(ElementStatement statement) =>
        statement.Types.Any(type => type.Code is "Extension" or "Resource" || type.Code.Contains(':', StringComparison.Ordinal))
            ? []
            : [.. statement.Types.Select(type => type.Code).Distinct(StringComparer.Ordinal)];

    ReferenceTarget Target(string canonical)
    {
        if (Canonical.CoreName(canonical) is { } core && TypePlan.IsResource(core)) return new(canonical, core, null);
        return new(canonical, Canonical.CoreName(canonical) ?? find(canonical)?.Type, new(() => compiled(canonical)));
    }

    SliceMatch Match(Draft owner, Draft slice, string canonical)
    {
        if (owner.Name is "extension" or "modifierExtension" && ExtensionUrl(slice) is { } url) return new UrlMatch(url);
        var discriminators = owner.Statement?.Slicing?.Discriminators ?? [];
        // Slices of a choice whose slicing entry stands in a profile that is not at hand: their types tell them apart.
        if (discriminators.Count == 0 && slice.Statement is { Types.Count: > 0 } stated && owner.IsChoice) return new TypeMatch([], new(new(canonical, slice.Path), Types(stated)));
        if (TypeInName(slice) is { } type && (discriminators.Count == 0 || discriminators is [{ Kind: "type", Path: "$this" }]))
            return new TypeMatch([], new(new(canonical, slice.Path), [type]));
        var parts = discriminators.Select(d => Match(d, slice, canonical)).ToArray();
        if (parts.Length > 0 && !parts.Any(part => part is NoMatch)) return parts.Length == 1 ? parts[0] : new AllMatch(parts);
        Problems.Add($"{canonical} {slice.Statement?.Id ?? slice.Path}: the engine cannot tell which items are in this slice, so it is not checked.");
        return new NoMatch();
    }

    /// <summary>"Quantity" of the slice doseQuantity of dose[x], which need not state its type (FHIR R4 profiling, type slicing shorthand).</summary>
    static string? TypeInName(Draft slice)
    {
        var name = slice.SliceName!;
        if (slice.Statement?.Types.Count > 0 || name.Length <= slice.Name.Length || !name.StartsWith(slice.Name, StringComparison.Ordinal)) return null;
        var type = name[slice.Name.Length..];
        return TypePlan.Mapping(type)?.Name ?? TypePlan.Mapping(char.ToLowerInvariant(type[0]) + type[1..])?.Name;
    }

    static string? ExtensionUrl(Draft slice) =>
        (slice.Find("url")?.Statement is { } url ? (url.Fixed ?? url.Pattern) as Hl7.Fhir.Model.PrimitiveType : null)?.JsonValue as string
        ?? slice.Statement?.Types.SelectMany(type => type.Profiles).Select(Canonical.WithoutVersion).FirstOrDefault();

    SliceMatch Match(Discriminator discriminator, Draft slice, string canonical)
    {
        var path = DiscriminatorPath.Parse(discriminator.Path);
        var target = path.Aggregate((Draft?)slice, Step);
        // 2025.x names the element itself in the path of a Coding slice ("coding" on coding); it can only mean $this.
        if (target is null && path is [{ Kind: StepKind.Child } only] && only.Text == slice.Name) (target, path) = (slice, []);
        if ((target?.Statement ?? InTypeProfile(slice, path)) is not { } statement) return new NoMatch();
        var origin = new RuleOrigin(canonical, statement.Id);
        if (path is [.., { Kind: StepKind.Resolve }]) return Resolved(discriminator.Kind, path[..^1], statement);
        return discriminator.Kind switch
        {
            "type" when Types(statement) is { Length: > 0 } types => new TypeMatch(path, new(origin, types)),
            "exists" => new ExistsMatch(path, statement.Maximum != "0"),
            "value" or "pattern" when (statement.Fixed ?? statement.Pattern) is { } value => new PatternMatch(path, new(origin, value, statement.Fixed is not null)),
            "value" or "pattern" when statement.Binding is { } binding => new BindingMatch(path, new(origin, binding.Strength, binding.ValueSet)),
            "profile" when statement.Types.SelectMany(type => type.Profiles).Select(Target).ToArray() is { Length: > 0 } profiles => new ProfileMatch(path, profiles),
            _ => new NoMatch(),
        };
    }

    static Draft? Step(Draft? at, PathStep step) => step.Kind switch
    {
        StepKind.Child => at?.Find(step.Text),
        StepKind.Extension => at?.Find("extension")?.Slices.Find(slice => ExtensionUrl(slice) == step.Text),
        _ => at,
    };

    /// <summary>What the profile of the slice's type states of a discriminating element that the slice itself is silent on.</summary>
    ElementStatement? InTypeProfile(Draft slice, PathStep[] path)
    {
        if (slice.Statement is not { Types: [{ Profiles: [var one] } type] } || path.Any(step => step.Kind != StepKind.Child) || find(one) is not { } profile) return null;
        var id = string.Join('.', path.Select(step => step.Text).Prepend(type.Code));
        return Merge(profile, 1).Find(element => element.Id == id);
    }

    SliceMatch Resolved(string kind, PathStep[] path, ElementStatement reference)
    {
        ReferenceTarget[] targets = [.. reference.Types.SelectMany(type => type.Targets).Select(Target)];
        return kind is "type" or "profile" && targets.Length > 0 ? new TargetMatch(path, targets, kind == "profile") : new NoMatch();
    }

    /// <summary>An element while the tree is being put together.</summary>
    sealed class Draft(string name, string? sliceName)
    {
        public string Name { get; } = name;

        public string? SliceName { get; } = sliceName;

        public required string Path { get; init; }

        public ClassMapping? Mapping { get; set; }

        public ElementStatement? Statement { get; private set; }

        /// <summary>An element of several types, such as value[x].</summary>
        public bool IsChoice { get; init; }

        public List<Draft> Children { get; } = [];

        public List<Draft> Slices { get; } = [];

        public Draft? Find(string child) => Children.Find(c => c.Name == child);

        public void Place(ElementStatement element)
        {
            var at = this;
            foreach (var segment in element.Id.Split('.').Skip(1)) at = at.Step(segment);
            at.Statement = element;
            if (element.Types is [{ Code: var code }]) at.Mapping = TypePlan.Mapping(code) ?? at.Mapping;
        }

        Draft Step(string segment)
        {
            var colon = segment.IndexOf(':', StringComparison.Ordinal);
            var child = (colon < 0 ? segment : segment[..colon]).Replace("[x]", "", StringComparison.Ordinal);
            var slice = colon < 0 ? null : segment[(colon + 1)..];
            var property = Mapping?.FindMappedElementByName(child);
            if (property is null && Mapping?.FindMappedElementByChoiceName(child) is { Choice: ChoiceType.DatatypeChoice } choice)
                (property, child, slice) = (choice, choice.Name, slice ?? child);
            var element = Find(child) ?? Added(Children, new(child, null) { Path = $"{Path}.{child}", Mapping = property?.PropertyTypeMapping, IsChoice = property?.Choice == ChoiceType.DatatypeChoice });
            if (slice is null) return element;
            return element.Slices.Find(s => s.SliceName == slice)
                ?? Added(element.Slices, new(child, slice) { Path = $"{element.Path}:{slice}", Mapping = element.Mapping });
        }

        static Draft Added(List<Draft> list, Draft draft)
        {
            list.Add(draft);
            return draft;
        }
    }
}
