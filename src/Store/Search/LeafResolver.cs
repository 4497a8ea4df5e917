using System.Diagnostics;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// Turns criteria into leaves: looks up the numbers of their terms, on the connection (and snapshot) the search runs on. What a chain asks of another type is
/// searched first: <paramref name="numbersOf"/> gives its current search numbers.
/// </summary>
sealed class LeafResolver(TermLookup terms, TimeZoneInfo zone, Func<TypeSearch, CancellationToken, Task<IReadOnlyList<long>>> numbersOf)
{
    public async Task<IReadOnlyList<Leaf>> ResolveAsync(TypeSearch search, CancellationToken cancellationToken)
    {
        var leaves = new List<Leaf>(search.Criteria.Count);
        foreach (var criterion in search.Criteria) leaves.Add(await LeafAsync(criterion, cancellationToken));
        return leaves;
    }

    public Task<Leaf> LeafAsync(Criterion criterion, CancellationToken cancellationToken) => criterion switch
    {
        MissingCriterion missing => MissingAsync(missing, cancellationToken),
        TokenCriterion { Parameter.Storage: SearchStorage.Resource } token =>
            Task.FromResult(new Leaf(token.Not, [], RowSource.Ids(token.Parameter.Type.Number, token.Values.Select(value => value.Code!)))),
        TokenCriterion { Parameter.Storage: SearchStorage.Rows } token => IdentifierAsync(token, cancellationToken),
        TokenCriterion token => TokenAsync(token, cancellationToken),
        TextCriterion text => TextAsync(text, cancellationToken),
        OfTypeCriterion typed => RowsAsync(
            typed.Parameter, param => RowSource.Identifiers(param, typed.Values.Select(value => Hashes.Typed(value.System, value.Code, value.Value))), cancellationToken),
        UriCriterion uri => UriAsync(uri, cancellationToken),
        NumberCriterion { Parameter.HasRuns: true } number => RowsAsync(number.Parameter, param => Union(number.Values.Select(value => Runs(param, value))), cancellationToken),
        NumberCriterion number => NumberAsync(number, cancellationToken),
        QuantityCriterion quantity => QuantityAsync(quantity, cancellationToken),
        StringCriterion text => RowsAsync(text.Parameter, param => Strings([param], text), cancellationToken),
        ReferenceCriterion reference => RowsAsync(
            reference.Parameter, param => RowSource.References(param, reference.Values.SelectMany(value => value.Targets)), cancellationToken),
        ReferenceIdentifierCriterion logical => RowsAsync(logical.Parameter, param => RowSource.Identifiers(param, logical.Values.Select(Hash)), cancellationToken),
        DateCriterion date => DateAsync(date, cancellationToken),
        CompositeCriterion composite => CompositeAsync(composite, cancellationToken),
        ChainCriterion chain => ChainAsync(chain, cancellationToken),
        HasCriterion has => HasAsync(has, cancellationToken),
        CompartmentCriterion compartment => CompartmentAsync(compartment, cancellationToken),
        _ => throw new UnreachableException(),
    };

    async Task<Leaf> MissingAsync(MissingCriterion missing, CancellationToken cancellationToken)
    {
        if (missing.Parameter.Storage == SearchStorage.Resource) return new Leaf(!missing.Missing, [], null);     // every resource has an id
        return new Leaf(missing.Missing, await terms.PresentAsync(missing.Parameter, cancellationToken) is { } term ? [term] : [], null);
    }

    async Task<Leaf> TokenAsync(TokenCriterion token, CancellationToken cancellationToken) =>
        new(token.Not, await terms.TokensAsync(token.Parameter, token.Below ? 'b' : 't', token.Values, cancellationToken), null);

    async Task<Leaf> TextAsync(TextCriterion text, CancellationToken cancellationToken) =>
        new(false, await terms.WordsAsync(text.Parameter, [.. text.Values.Select(IndexExtractor.Words)], cancellationToken), null);

    async Task<Leaf> UriAsync(UriCriterion uri, CancellationToken cancellationToken)
    {
        var known = await terms.AllAsync(uri.Parameter, 'u', cancellationToken);
        return new Leaf(false, [.. known.Where(term => uri.Matches(term.Code)).Select(term => term.Id).Order()], null);
    }

    async Task<Leaf> IdentifierAsync(TokenCriterion token, CancellationToken cancellationToken) =>
        await RowsAsync(
            token.Parameter,
            param => token.Parameter.IsBare
                ? RowSource.Bare(param, token.Parameter.Type.Number, [.. token.Values.Select(value => (Hash(value), value.Code ?? ""))])
                : RowSource.Identifiers(param, token.Values.Select(Hash)),
            cancellationToken) with { Negated = token.Not };

    static long Hash(TokenValue value) => value.Code is null ? Hashes.System(value.System!) : Hashes.Identifier(value.System, value.Code);

    // The rows filed under "has any value"; without that term nothing has one.
    async Task<Leaf> RowsAsync(SearchParameter parameter, Func<int, RowSource?> rows, CancellationToken cancellationToken) =>
        await terms.PresentAsync(parameter, cancellationToken) is { } param ? new Leaf(false, [], rows(param)) : Leaf.Nothing;

    async Task<Leaf> NumberAsync(NumberCriterion number, CancellationToken cancellationToken)
    {
        if (await terms.PresentAsync(number.Parameter, cancellationToken) is not { } param) return Leaf.Nothing;
        return await CellsAsync(number.Parameter, [.. number.Values.Select(value => (new NumberUnit(param, "", ""), value))], cancellationToken);
    }

    async Task<Leaf> QuantityAsync(QuantityCriterion quantity, CancellationToken cancellationToken)
    {
        var units = await terms.AllAsync(quantity.Parameter, 'q', cancellationToken);
        var wanted = quantity.Values.SelectMany(value => units.Where(unit => MatchesUnit(value, unit.System, unit.Code.Split(IndexExtractor.PartSeparator)))
            .Select(unit => (new NumberUnit(unit.Id, unit.System, unit.Code + IndexExtractor.PartSeparator), value.Number)));
        return await CellsAsync(quantity.Parameter, [.. wanted], cancellationToken);
    }

    // The cells that lie in the wanted intervals, and the rows of those that lie in them in part.
    async Task<Leaf> CellsAsync(SearchParameter parameter, IReadOnlyList<(NumberUnit Unit, NumberValue Value)> wanted, CancellationToken cancellationToken)
    {
        var covers = wanted.SelectMany(one => NumberInterval.Of(one.Value).Select(interval => (one.Unit, Cover: NumberCover.Of(interval)))).ToList();
        var cells = await terms.CellsAsync(parameter, [.. covers.SelectMany(one => one.Cover.Ranges.Select(range => (one.Unit, range)))], cancellationToken);
        return new Leaf(false, cells, Union(covers.SelectMany(one => one.Cover.Parts.Select(part => RowSource.Numbers([one.Unit.Rows], part)))));
    }

    static bool MatchesUnit(QuantityValue value, string system, string[] codeAndUnit) => value.MatchesUnit(system, codeAndUnit[0], codeAndUnit[1]);

    static RowSource? Runs(int param, NumberValue value) => RunEdge.Of(value) is { } edge ? RowSource.Runs(param, edge) : null;

    static RowSource? Numbers(IReadOnlyList<int> under, NumberValue value) => Union(NumberInterval.Of(value).Select(interval => RowSource.Numbers(under, interval)));

    static RowSource? Strings(IReadOnlyList<int> under, StringCriterion text) => text.Match switch
    {
        StringMatch.Exact => RowSource.Exactly(under, text.Values),
        StringMatch.Contains => Union(text.Values.Select(value => RowSource.Containing(under, Folding.Fold(value)))),
        _ => Union(text.Values.Select(value => RowSource.Beginning(under, Folding.Fold(value)))),
    };

    async Task<Leaf> CompositeAsync(CompositeCriterion composite, CancellationToken cancellationToken)
    {
        var known = (await terms.AllAsync(composite.Parameter, 'c', cancellationToken)).Select(term => (term.Id, Parts: term.Code.Split(IndexExtractor.PartSeparator))).ToList();
        var bits = new HashSet<int>();
        var rows = new List<RowSource>();
        foreach (var parts in composite.Values)
        {
            int[] matching = [.. known.Where(term => MatchesTuple(parts, term.Parts)).Select(term => term.Id)];
            if (matching.Length == 0) continue;
            if (parts[^1] is PartValue.OfToken) bits.UnionWith(matching);
            else if (LastPart(matching, parts[^1]) is { } source) rows.Add(source);
        }

        return new Leaf(false, [.. bits.Order()], RowSource.Union(rows));
    }

    // system, code, system, code ... of the tokens; of a quantity system, code, unit; nothing of dates and strings.
    static bool MatchesTuple(IReadOnlyList<PartValue> parts, string[] stored)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is PartValue.OfToken token && !token.Value.Matches(stored[2 * i], stored[(2 * i) + 1])) return false;
            if (parts[i] is PartValue.OfQuantity quantity && !MatchesUnit(quantity.Value, stored[2 * i], stored[((2 * i) + 1)..])) return false;
        }

        return true;
    }

    static RowSource? LastPart(IReadOnlyList<int> under, PartValue part) => part switch
    {
        PartValue.OfQuantity quantity => Numbers(under, quantity.Value.Number),
        PartValue.OfDate date => RowSource.Dates(under, Anywhere(date.Value)),
        PartValue.OfString text => RowSource.Beginning(under, Folding.Fold(text.Value)),
        _ => throw new UnreachableException(),
    };

    async Task<Leaf> DateAsync(DateCriterion date, CancellationToken cancellationToken)
    {
        if (await terms.PresentAsync(date.Parameter, cancellationToken) is not { } param) return Leaf.Nothing;
        var found = await terms.CalendarAsync(date.Parameter, [.. date.Values.SelectMany(WholeDays)], cancellationToken);
        var rows = new List<RowSource>();
        if (found.FirstOrDefault(term => term.Kind == 'w').Id is var wide and not 0) rows.AddRange(date.Values.Select(value => RowSource.Dates([wide], Anywhere(value))));
        rows.AddRange(date.Values.Where(value => value.Date.Precision == DatePrecision.Time && value.Prefix != Prefix.Ap).Select(value => RowSource.Dates(param, Edge(value))));
        var matching = found.Where(term => term.Kind != 'w' && (term.Kind != 'v' || MatchesCoarse(date, term.Code))).Select(term => term.Id);
        return new Leaf(false, [.. matching.Order()], RowSource.Union(rows));
    }

    bool MatchesCoarse(DateCriterion date, string text) =>
        FhirDate.Parse(text, zone) is { } stored && date.Values.Any(value => value.Matches(stored.Low, stored.High));

    // The days on which a value known to the day or finer matches for certain. A search time leaves its own days to the rows.
    static IEnumerable<CalendarRange> WholeDays(DateValue value)
    {
        var (first, last) = (value.Date.FirstDay, value.Date.LastDay);
        var timed = value.Date.Precision == DatePrecision.Time;
        return value.Prefix switch
        {
            Prefix.Eq => timed ? [] : Calendar.Cover(first, last),
            Prefix.Ap => Calendar.Cover(first, last),
            Prefix.Ne => [.. Calendar.Cover(Calendar.First, first.AddDays(-1)), .. Calendar.Cover(last.AddDays(1), Calendar.Last)],
            Prefix.Ge => Calendar.Cover(timed ? last.AddDays(1) : first, Calendar.Last),
            Prefix.Le => Calendar.Cover(Calendar.First, timed ? first.AddDays(-1) : last),
            Prefix.Gt or Prefix.Sa => Calendar.Cover(last.AddDays(1), Calendar.Last),
            Prefix.Lt or Prefix.Eb => Calendar.Cover(Calendar.First, first.AddDays(-1)),
            _ => throw new UnreachableException(),
        };
    }

    DateEdge Edge(DateValue value) => Anywhere(value) with { From = FhirDate.StartOf(value.Date.FirstDay, zone), To = FhirDate.StartOf(value.Date.LastDay.AddDays(1), zone) };

    static DateEdge Anywhere(DateValue value) => new(DateTime.MinValue, DateTime.MaxValue, DateEdge.ConditionOf(value.Prefix), value.Date.Low, value.Date.High);

    async Task<Leaf> ChainAsync(ChainCriterion chain, CancellationToken cancellationToken)
    {
        var rows = new List<RowSource>();
        if (await terms.PresentAsync(chain.Parameter, cancellationToken) is { } param)
        {
            foreach (var inner in chain.Inner)
            {
                var numbers = await numbersOf(inner, cancellationToken);
                if (numbers.Count > 0) rows.Add(RowSource.ReferencesTo(param, inner.Type.Number, numbers, Prefixes(inner.Type, chain.Bases)));
            }
        }

        if (chain.Inline is null) return new Leaf(false, [], RowSource.Union(rows));
        var inline = await LeafAsync(chain.Inline, cancellationToken);
        if (!inline.Negated) return new Leaf(false, inline.Terms, RowSource.Union([.. rows, .. inline.Rows is null ? Array.Empty<RowSource>() : [inline.Rows]]));

        // A negation of the inline code is asked of administrations that have one; the others refer to a Medication.
        var coded = new MissingCriterion(chain.Inline.Parameter, chain.Inline.Written, false);
        var without = await numbersOf(new TypeSearch(chain.Parameter.Type, [coded, chain.Inline]), cancellationToken);
        return new Leaf(false, [], RowSource.Union([.. rows, .. without.Count > 0 ? [RowSource.Numbers(without)] : Array.Empty<RowSource>()]));
    }

    async Task<Leaf> HasAsync(HasCriterion has, CancellationToken cancellationToken)
    {
        if (await terms.PresentAsync(has.Parameter, cancellationToken) is not { } param) return Leaf.Nothing;
        var numbers = await numbersOf(has.Inner, cancellationToken);
        return numbers.Count == 0
            ? Leaf.Nothing
            : new Leaf(false, [], RowSource.ReferencedBy(param, has.Inner.Type.Number, numbers, has.Searched.Number, Prefixes(has.Searched, has.Bases)));
    }

    async Task<Leaf> CompartmentAsync(CompartmentCriterion compartment, CancellationToken cancellationToken)
    {
        if (compartment.Members.Count == 0) return new Leaf(false, [], RowSource.Ids(compartment.Parameter.Type.Number, [compartment.PatientId]));
        var rows = new List<RowSource>();
        foreach (var member in compartment.Members)
        {
            if ((await LeafAsync(member, cancellationToken)).Rows is { } source) rows.Add(source);
        }

        return new Leaf(false, [], RowSource.Union(rows));
    }

    static IEnumerable<string> Prefixes(ServedType type, IReadOnlyList<string> bases) => [type.Name + "/", .. bases.Select(at => $"{at}{type.Name}/")];

    static RowSource? Union(IEnumerable<RowSource?> sources) => RowSource.Union([.. sources.OfType<RowSource>()]);
}
