using System.Collections;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Indexer.Conformance;

/// <summary>Takes literal references to one resource out of another, with what would be left empty.</summary>
static class References
{
    /// <param name="target">Type/id.</param>
    public static void Remove(Resource resource, string target) => Prune(resource, target);

    /// <summary>True when the element lost a part it cannot be without: then it goes too.</summary>
    static bool Prune(Hl7.Fhir.Model.Base element, string target)
    {
        if (element is ResourceReference reference) return reference.Reference == target;
        var lost = false;
        foreach (var (name, value) in element.EnumerateElements().ToList())
        {
            if (value is Hl7.Fhir.Model.Base single)
            {
                if (Prune(single, target)) lost |= Take(element, name);
            }
            else if (value is IList list && Prune(list, target) && list.Count == 0)
            {
                lost |= Take(element, name);
            }
        }

        // A performer without actor, an extension without value or parts: nothing is left to say.
        return lost && element is not Resource && element.EnumerateElements().All(part => part.Key is "id" or "url" or "function");
    }

    static bool Prune(IList list, string target)
    {
        var lost = false;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (list[i] is not Hl7.Fhir.Model.Base item || !Prune(item, target)) continue;
            list.RemoveAt(i);
            lost = true;
        }

        return lost;
    }

    static bool Take(Hl7.Fhir.Model.Base element, string name)
    {
        element.SetValue(name, null);
        return true;
    }
}
