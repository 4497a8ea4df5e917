using System.Globalization;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using SearchParameter = Dicom2Fhir.Store.Search.SearchParameter;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>A random _sort, and whether resources stand in that order.</summary>
sealed class RandomOrder
{
    readonly List<(SearchParameter Parameter, bool Descending)> keys;

    RandomOrder(List<(SearchParameter, bool)> keys) => this.keys = keys;

    public string Text => string.Join(',', keys.Select(key => (key.Descending ? "-" : "") + key.Parameter.Name));

    public static RandomOrder Of(Random random, ServedType type)
    {
        var sortable = SearchParameters.Of(type).Where(parameter => parameter.IsSortable).ToList();
        return new RandomOrder([.. Enumerable.Range(0, 1 + (random.Next(3) / 2)).Select(_ => (sortable[random.Next(sortable.Count)], random.Next(2) == 0))]);
    }

    public bool Holds(IReadOnlyList<Resource> resources) => resources.Zip(resources.Skip(1)).All(pair => Compare(pair.First, pair.Second) <= 0);

    int Compare(Resource left, Resource right)
    {
        foreach (var (parameter, descending) in keys)
        {
            var (mine, other) = (Key(parameter, descending, left), Key(parameter, descending, right));
            var order = mine is null || other is null ? (mine is null).CompareTo(other is null) : Comparer<object>.Default.Compare(mine, other) * (descending ? -1 : 1);
            if (order != 0) return order;
        }

        return 0;
    }

    // The smallest value, or the largest.
    static object? Key(SearchParameter parameter, bool descending, Resource resource)
    {
        var elements = Naive.Elements(parameter, resource);
        if (parameter.Name == "_id") return new Ordinal(resource.Id!);
        IEnumerable<object> values = parameter.Kind switch
        {
            SearchKind.Date => Naive.Intervals(elements).Select(interval => (object)interval.Low),
            SearchKind.Number => Naive.Numbers(elements).Cast<object>(),
            SearchKind.Quantity => elements.OfType<Quantity>().Select(quantity => (object)quantity.Value!.Value),
            SearchKind.Text => Naive.Strings(elements).Select(text => (object)new Ordinal(Naive.Fold(text))),
            SearchKind.Uri => Naive.Strings(elements).Select(text => (object)new Ordinal(text)),
            SearchKind.Reference => elements.OfType<ResourceReference>().Select(reference => reference.Reference).OfType<string>()
                .SelectMany(text => new[] { text, text.Split("/_history/")[0] }).Select(text => (object)new Ordinal(text)),
            _ => Naive.Tokens(elements).Select(token => (object)new Ordinal(token.Code + '\u001f' + token.System)),
        };
        var ordered = values.Order(Comparer<object>.Default).ToList();
        return ordered.Count == 0 ? null : descending ? ordered[^1] : ordered[0];
    }

    sealed record Ordinal(string Text) : IComparable
    {
        public int CompareTo(object? other) => string.CompareOrdinal(Text, ((Ordinal)other!).Text);

        public override string ToString() => Text.ToString(CultureInfo.InvariantCulture);
    }
}
