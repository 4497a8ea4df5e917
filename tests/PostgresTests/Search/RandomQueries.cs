using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using SearchParameter = Dicom2Fhir.Store.Search.SearchParameter;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>A parameter of a random query, and what it means, said without the compiler.</summary>
sealed record Meaning(string Name, string Value, Func<Resource, bool> Matches);

/// <summary>The resources that exist, by type and id.</summary>
sealed class World
{
    public Dictionary<(string Type, string Id), Resource> Resources { get; } = [];

    public IEnumerable<Resource> Of(ServedType type) => Resources.Where(pair => pair.Key.Type == type.Name).Select(pair => pair.Value);

    /// <summary>What a parameter of a resource refers to here.</summary>
    public IEnumerable<Resource> Targets(SearchParameter parameter, Resource resource) => Naive.References(Naive.Elements(parameter, resource)).Distinct()
        .Select(target => target.Split('/')).Where(parts => parts.Length == 2).Select(parts => Resources.GetValueOrDefault((parts[0], parts[1]))).OfType<Resource>();
}

/// <summary>Random queries over every parameter, modifier and prefix of every type, each with its own evaluation in memory. Values are taken from the resources.</summary>
sealed class RandomQueries(Random random, World world, DateTimeOffset now)
{
    static readonly string[] Prefixes = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

    static readonly string[] SearchDates =
    [
        "2023", "2024", "2024-03", "2023-12", "2024-01-01", "2024-03-31", "2024-10-27", "2024-06-15", "2023-12-31T23:30:00Z", "2024-01-01T00:00", "2024-06-15T12:00:00",
        "2024-06-15T12:00:00.123+02:00", "2024-10-27T02:30:00+01:00", "2024-03-31T03:00:00+02:00", "1970-05", "1970-05-04",
    ];

    public Meaning One(SearchParameter parameter)
    {
        return random.Next(12) == 0 && parameter.Kind != SearchKind.Composite ? Missing(parameter) : parameter.Kind switch
        {
            SearchKind.Token => Token(parameter),
            SearchKind.Uri => Uri(parameter),
            SearchKind.Date => Date(parameter),
            SearchKind.Number => Number(parameter),
            SearchKind.Quantity => Quantity(parameter),
            SearchKind.Text => Text(parameter),
            SearchKind.Reference => Reference(parameter),
            _ => Composite(parameter),
        };
    }

    /// <summary>A parameter with a modifier it takes.</summary>
    public Meaning With(SearchParameter parameter, string modifier)
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (One(parameter) is var meaning && meaning.Name == $"{parameter.Name}:{modifier}") return meaning;
        }

        throw new InvalidOperationException($"{parameter.Name}:{modifier} is never asked");
    }

    /// <summary>A parameter of the type, or a chain from it, or _has.</summary>
    public Meaning Any(ServedType type, int depth = 0)
    {
        var parameter = Pick(SearchParameters.Of(type));
        if (depth < 2 && parameter.Kind == SearchKind.Reference && random.Next(2) == 0 && Chain(parameter, depth) is { } chain) return chain;
        if (depth < 2 && random.Next(10) == 0 && Has(type, depth) is { } has) return has;
        return One(parameter);
    }

    Meaning? Chain(SearchParameter parameter, int depth)
    {
        var types = (parameter.Targets.Count > 0 ? parameter.Targets.Select(ServedType.Find).OfType<ServedType>() : ServedType.All).ToList();
        if (types.Count == 0) return null;
        var type = Pick(types);
        var inner = Any(type, depth + 1);
        bool Matches(Resource resource) => world.Targets(parameter, resource).Any(target => target.TypeName == type.Name && inner.Matches(target));
        var plain = new Meaning($"{parameter.Name}{(types.Count == 1 && parameter.Targets.Count == 1 ? "" : ":" + type.Name)}.{inner.Name}", inner.Value, Matches);
        if (parameter.Inline is null || inner.Name.Split(':')[0] != parameter.Inline) return plain;
        var code = SearchParameters.Find(parameter.Type, parameter.Inline)!;
        var inline = InlineOf(code, inner);
        return plain with { Matches = resource => Matches(resource) || (Naive.Elements(code, resource).Count > 0 && inline(resource)) };
    }

    // The same condition over the inline code: a Medication made of it stands in for the resource.
    static Func<Resource, bool> InlineOf(SearchParameter code, Meaning inner) =>
        resource => inner.Matches(new Medication { Code = (CodeableConcept)Naive.Elements(code, resource)[0] });

    Meaning? Has(ServedType searched, int depth)
    {
        var references = SearchParameters.All.Where(one => one.Kind == SearchKind.Reference && (one.Targets.Count == 0 || one.Targets.Contains(searched.Name))).ToList();
        if (references.Count == 0) return null;
        var reference = Pick(references);
        var inner = Any(reference.Type, depth + 1);
        return new Meaning(
            $"_has:{reference.Type.Name}:{reference.Name}:{inner.Name}", inner.Value,
            resource => world.Of(reference.Type).Any(source => inner.Matches(source) && world.Targets(reference, source).Any(target => ReferenceEquals(target, resource))));
    }

    Meaning Missing(SearchParameter parameter)
    {
        var missing = random.Next(2) == 0;
        return new Meaning(parameter.Name + ":missing", missing ? "true" : "false", resource => Naive.Elements(parameter, resource).Count == 0 == missing);
    }

    Meaning Token(SearchParameter parameter)
    {
        var modifier = Pick(["", "", "", .. Modifiers.Of(parameter).Where(word => word != "missing").Select(word => ":" + word)]);
        return modifier switch
        {
            ":text" => Words(parameter),
            ":of-type" => OfType(parameter),
            ":in" or ":not-in" => ValueSet(parameter, modifier == ":not-in"),
            ":below" => Below(parameter),
            _ => Token(parameter, modifier),
        };
    }

    Meaning Token(SearchParameter parameter, string modifier)
    {
        var wanted = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => TokenForm(parameter)).ToList();
        bool Matches(Resource resource) => Naive.Tokens(Naive.Elements(parameter, resource)).Any(token => wanted.Any(one => one.Matches(token)));
        return new Meaning(parameter.Name + modifier, string.Join(',', wanted.Select(one => one.Text)), modifier == ":not" ? resource => !Matches(resource) : Matches);
    }

    (string Text, Func<(string? System, string Code), bool> Matches) TokenForm(SearchParameter parameter)
    {
        var (system, code) = Value(parameter, Naive.Tokens, (null, parameter.IsBoolean ? "true" : "none"));
        if (parameter.IsBoolean || parameter.IsBare) return (Escape(code), token => token.Code == code);
        return random.Next(5) switch
        {
            0 or 1 => (Escape(code), token => token.Code == code),
            2 => ("|" + Escape(code), token => token.Code == code && token.System is null),
            3 when system is not null => (Escape(system) + "|", token => token.System == system),
            _ when system is not null => ($"{Escape(system)}|{Escape(code)}", token => token.Code == code && token.System == system),
            _ => (Escape(code), token => token.Code == code),
        };
    }

    Meaning Words(SearchParameter parameter)
    {
        var words = Start(Value(parameter, Naive.Words, "CT"));
        return new Meaning(parameter.Name + ":text", Escape(words), resource => Naive.Words(Naive.Elements(parameter, resource)).Any(text => Naive.Fold(text).StartsWith(Naive.Fold(words), StringComparison.Ordinal)));
    }

    Meaning OfType(SearchParameter parameter)
    {
        var (system, code, value) = (Pick("http://t", "http://u"), Pick("ACSN", "MR"), Pick("A1", "A2"));
        return new Meaning(parameter.Name + ":of-type", $"{system}|{code}|{value}", resource => Naive.Elements(parameter, resource).OfType<Identifier>()
            .Any(identifier => identifier.Value == value && (identifier.Type?.Coding ?? []).Exists(coding => coding.System == system && coding.Code == code)));
    }

    /// <summary>The value set the queries use.</summary>
    public static IReadOnlyList<TokenValue>? Set(string canonical) => canonical == "http://vs" ? [new("http://x", "CT"), new("http://x", "MR"), new("http://id", "A1"), new("http://snomed.info/sct", "43799004")] : null;

    static Meaning ValueSet(SearchParameter parameter, bool not)
    {
        bool Matches(Resource resource) => Naive.Tokens(Naive.Elements(parameter, resource)).Any(token => Set("http://vs")!.Any(one => one.System == token.System && one.Code == token.Code));
        return new Meaning(parameter.Name + (not ? ":not-in" : ":in"), "http://vs", not ? resource => !Matches(resource) : Matches);
    }

    // Chest contains the lung and chest with abdomen; the abdomen has two codes here and contains chest with abdomen.
    Meaning Below(SearchParameter parameter)
    {
        var wanted = Pick("43799004", "39607008", "818981001", "113345001", "416550000", "69536005");
        string[] found = wanted switch
        {
            "43799004" => ["43799004", "39607008", "416550000"],
            "818981001" or "113345001" => ["818981001", "113345001", "416550000"],
            _ => [wanted],
        };
        var typed = random.Next(2) == 0;
        return new Meaning(
            parameter.Name + ":below", typed ? "http://snomed.info/sct|" + wanted : wanted,
            resource => Naive.Tokens(Naive.Elements(parameter, resource)).Any(token => token.System == "http://snomed.info/sct" ? found.Contains(token.Code) : !typed && token.Code == wanted));
    }

    Meaning Uri(SearchParameter parameter)
    {
        if (parameter.Name == "_source")
        {
            if (random.Next(3) == 0) return new Meaning("_source:below", "http://source", resource => Naive.Strings(Naive.Elements(parameter, resource)).Any(stored => stored.StartsWith("http://source/", StringComparison.Ordinal)));
            var source = Pick("urn:a", "http://source/b", "http://none");
            return new Meaning("_source", source, resource => Naive.Strings(Naive.Elements(parameter, resource)).Contains(source));
        }

        var (name, value, matches) = random.Next(4) switch
        {
            0 => ("_profile", "http://x/p", stored => stored == "http://x/p" || stored.StartsWith("http://x/p|", StringComparison.Ordinal)),
            1 => ("_profile", "http://x/p|2026.0.0", stored => stored == "http://x/p|2026.0.0"),
            2 => ("_profile:below", "http://x/p|2025", stored => stored == "http://x/p|2025.0.2"),
            _ => ("_profile:below", "http://x/p", (Func<string, bool>)(_ => true)),
        };
        return new Meaning(name, value, resource => Naive.Strings(Naive.Elements(parameter, resource)).Any(matches));
    }

    Meaning Date(SearchParameter parameter)
    {
        var wanted = Enumerable.Range(0, 1 + (random.Next(4) / 3)).Select(_ => (Prefix: Pick(Prefixes), Text: Pick(SearchDates))).ToList();
        return new Meaning(parameter.Name, string.Join(',', wanted.Select(one => one.Prefix + one.Text)), resource => Naive.Intervals(Naive.Elements(parameter, resource))
            .Any(value => wanted.Any(one => Naive.Compare(one.Prefix, one.Text, value, now))));
    }

    Meaning Number(SearchParameter parameter)
    {
        var (prefix, number) = (Pick(Prefixes), Pick("1", "2", "3.0", "3.5", "100", "1e2", "1.20e2", "50", "119", "-1"));
        return new Meaning(parameter.Name, prefix + number, resource => Naive.Numbers(Naive.Elements(parameter, resource)).Any(value => Naive.Compare(prefix, number, value)));
    }

    Meaning Quantity(SearchParameter parameter)
    {
        var (text, matches) = QuantityForm();
        return new Meaning(parameter.Name, text, resource => Naive.Elements(parameter, resource).OfType<Quantity>().Any(matches));
    }

    (string Text, Func<Quantity, bool> Matches) QuantityForm()
    {
        var (prefix, number) = (Pick(Prefixes), Pick("1", "1.5", "1.2", "120", "120.0", "5.4e-4", "1e2", "-3"));
        var (unit, fits) = Pick<(string, Func<Quantity, bool>)>(
            ("", _ => true),
            ("|http://unitsofmeasure.org|mGy", one => one.System == "http://unitsofmeasure.org" && one.Code == "mGy"),
            ("||milligray", one => one.Unit == "milligray" || one.Code == "milligray"),
            ("||kV", one => one.Unit == "kV" || one.Code == "kV"),
            ("|http://x|mGy", _ => false));
        return (prefix + number + unit, one => fits(one) && Naive.Compare(prefix, number, one.Value!.Value));
    }

    Meaning Text(SearchParameter parameter)
    {
        var text = Value(parameter, Naive.Strings, "CT");
        return random.Next(3) switch
        {
            0 => new Meaning(parameter.Name + ":exact", Escape(text), resource => Naive.Strings(Naive.Elements(parameter, resource)).Contains(text)),
            1 => new Meaning(parameter.Name + ":contains", Escape(text[(text.Length / 2)..]), resource => Naive.Strings(Naive.Elements(parameter, resource)).Any(one => Naive.Fold(one).Contains(Naive.Fold(text[(text.Length / 2)..]), StringComparison.Ordinal))),
            _ => new Meaning(parameter.Name, Escape(Start(text).ToUpperInvariant()), resource => Naive.Strings(Naive.Elements(parameter, resource)).Any(one => Naive.Fold(one).StartsWith(Naive.Fold(Start(text)), StringComparison.Ordinal))),
        };
    }

    static string Start(string text) => text[..Math.Max(1, text.Length * 2 / 3)];

    // The server is http://server.example/fhir: its absolute references are its relative ones.
    Meaning Reference(SearchParameter parameter)
    {
        if (random.Next(5) == 0)
        {
            var value = Pick("A1", "A2");
            return random.Next(2) == 0
                ? new Meaning(parameter.Name + ":identifier", value, resource => Naive.Logical(Naive.Elements(parameter, resource)).Any(token => token.Code == value))
                : new Meaning(parameter.Name + ":identifier", "http://id|" + value, resource => Naive.Logical(Naive.Elements(parameter, resource)).Contains(("http://id", value)));
        }

        var target = Value(parameter, Naive.References, "Patient/none");
        bool Here(Resource resource, string relative) => Naive.References(Naive.Elements(parameter, resource)).Contains(relative);
        if (target.StartsWith("http://elsewhere", StringComparison.Ordinal) || target.Contains("_history", StringComparison.Ordinal)) return new Meaning(parameter.Name, target, resource => Here(resource, target));
        var relative = target.StartsWith(RandomResources.Base, StringComparison.Ordinal) ? target[RandomResources.Base.Length..] : target;
        var (type, id) = (relative.Split('/')[0], relative.Split('/')[1]);
        if (!Known(parameter, type)) return new Meaning(parameter.Name, relative, resource => Here(resource, relative));
        return random.Next(4) switch
        {
            0 => new Meaning(parameter.Name, relative, resource => Here(resource, relative)),
            1 => new Meaning(parameter.Name, RandomResources.Base + relative, resource => Here(resource, relative)),
            2 => new Meaning($"{parameter.Name}:{type}", id, resource => Here(resource, relative)),
            _ => new Meaning(parameter.Name, id, resource => Naive.References(Naive.Elements(parameter, resource)).Any(one => one.Split('/') is [var name, var found] && found == id && Known(parameter, name))),
        };
    }

    // What a bare id may mean.
    static bool Known(SearchParameter parameter, string type) => parameter.Targets.Count > 0 ? parameter.Targets.Contains(type) : ServedType.Find(type) is not null;

    Meaning Composite(SearchParameter parameter)
    {
        var parts = parameter.Parts.Select(part => Part(SearchParameters.Find(parameter.Type, part.Name)!, part.Kind)).ToList();
        return new Meaning(
            parameter.Name, string.Join('$', parts.Select(part => part.Text)),
            resource => parameter.Tuples!(resource).Any(tuple => tuple.Zip(parts).All(pair => pair.First.OfType<Base>().Any(element => pair.Second.Matches(element)))));
    }

    (string Text, Func<Base, bool> Matches) Part(SearchParameter parameter, SearchKind kind)
    {
        var (prefix, date) = (Pick(Prefixes), Pick(SearchDates));
        switch (kind)
        {
            case SearchKind.Token:
                var (token, fits) = TokenForm(parameter);
                return (token, element => Naive.Tokens([element]).Any(fits));
            case SearchKind.Quantity:
                var (quantity, holds) = QuantityForm();
                return (quantity, element => element is Quantity one && holds(one));
            case SearchKind.Date:
                return (prefix + date, element => Naive.Intervals([element]).Any(value => Naive.Compare(prefix, date, value, now)));
            default:
                var text = Start(Value(parameter, Naive.Strings, "CT"));
                return (Escape(text), element => Naive.Strings([element]).Any(one => Naive.Fold(one).StartsWith(Naive.Fold(text), StringComparison.Ordinal)));
        }
    }

    // A value some resource has.
    T Value<T>(SearchParameter parameter, Func<IEnumerable<Base>, IEnumerable<T>> values, T otherwise)
    {
        var resources = world.Of(parameter.Type).ToList();
        for (var i = 0; i < 20 && resources.Count > 0; i++)
        {
            var found = values(Naive.Elements(parameter, Pick(resources))).ToList();
            if (found.Count > 0) return Pick(found);
        }

        return otherwise;
    }

    static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal);

    T Pick<T>(params IReadOnlyList<T> values) => values[random.Next(values.Count)];
}
